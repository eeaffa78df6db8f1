import { headersFor } from "@/api/client";
import { problemOf } from "@/api/problem";

/** Fetch a file in the language of the page and hand it to the browser to keep. */
export async function download(path: string): Promise<void> {
  const request = new Request(new URL(path, location.origin), { headers: headersFor("GET") });
  const response = await fetch(request);
  if (!response.ok) throw await problemOf(response, request);
  const named = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = named?.[1] ?? "";
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(link.href);
}
