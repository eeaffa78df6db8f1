import createClient, { type Middleware } from "openapi-fetch";
import { language } from "@/i18n/language";
import { problemOf, type Problem } from "./problem";
import type { components, paths } from "./schema";

/** A noun of the API by its name: `Noun<"Lesson">`. */
export type Noun<Name extends keyof components["schemas"]> = components["schemas"][Name];

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
type Listener = (problem: Problem) => void;
let csrf = "";
let onExpired: Listener = () => undefined;

/** Say which token changes carry; the session brings it. */
export function useCsrfToken(token: string): void {
  csrf = token;
}

/** Say what happens when the session is over (401). */
export function whenSignedOut(listener: Listener): void {
  onExpired = listener;
}

/** Headers of every request: the language of the answer, and the token of a change. */
export function headersFor(method: string): Record<string, string> {
  const headers: Record<string, string> = { "accept-language": language.value };
  if (!SAFE.has(method) && csrf) headers["x-csrf-token"] = csrf;
  return headers;
}

const ours: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(headersFor(request.method)))
      request.headers.set(name, value);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return undefined;
    const problem = await problemOf(response, request);
    if (problem.status === 401) onExpired(problem);
    throw problem;
  },
};

/** The API, typed from its own description. A refusal is thrown as a `Problem`. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  // Looked up at each call, so that tests may put theirs in its place.
  fetch: (request) => fetch(request),
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(ours);

/** Return what an answer holds: `await data(api.GET("/api/v1/lessons"))`. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** Send a form or bytes that the typed client has no words for, such as a document. */
export async function send<T>(path: string, method: string, body: BodyInit): Promise<T> {
  const request = new Request(new URL(path, location.origin), {
    method,
    body,
    headers: headersFor(method),
  });
  const response = await fetch(request);
  if (!response.ok) {
    const problem = await problemOf(response, request);
    if (problem.status === 401) onExpired(problem);
    throw problem;
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}
