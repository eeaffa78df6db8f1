import type { QueryClientConfig } from "@tanstack/vue-query";
import { asProblem } from "./problem";

/** Ask again only where it may help: the line was down, or the server was busy. */
export function worthRetrying(failures: number, error: unknown): boolean {
  const { status } = asProblem(error);
  return failures < 2 && (status === 0 || status === 502 || status === 503);
}

export const queryDefaults: QueryClientConfig = {
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: worthRetrying,
      refetchOnWindowFocus: false,
      networkMode: "always", // 127.0.0.1 answers without the internet
    },
    mutations: { networkMode: "always" },
  },
};
