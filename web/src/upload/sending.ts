import { DetailedError, Upload } from "tus-js-client";
import { api, data, headersFor, type Noun } from "@/api/client";
import type { Item } from "./line";

const ENDPOINT = "/api/v1/uploads";
/** One request carries so much: a refusal is heard in between, a proxy has nothing to choke on. */
const CHUNK = 32 << 20;

/** A file under way. */
export interface Sending {
  /** Stop for now; what arrived stays. */
  pause(): void;
}

/** What happens to it. */
export interface Heard {
  begun(uploadId: string): void;
  progress(sent: number): void;
  arrived(): void;
  /** `status` 0: nobody answered. */
  broken(status: number, words: string | null): void;
}

/** Send a file from where the server stands, or from the beginning. */
export function sendFile(item: Item, file: File, heard: Heard): Sending {
  const upload = new Upload(file, {
    endpoint: ENDPOINT,
    uploadUrl: item.uploadId ? `${ENDPOINT}/${item.uploadId}` : null,
    chunkSize: CHUNK,
    retryDelays: null, // our own line decides when to go on
    storeFingerprintForResuming: false, // and remembers
    metadata: metadataOf(item),
    onBeforeRequest: (request) => {
      for (const [name, value] of Object.entries(headersFor(request.getMethod())))
        request.setHeader(name, value);
    },
    onUploadUrlAvailable: () => heard.begun(idOf(upload.url ?? "")),
    onProgress: (sent) => heard.progress(sent),
    onSuccess: () => heard.arrived(),
    onError: (error) => {
      const answer = error instanceof DetailedError ? error.originalResponse : null;
      heard.broken(answer?.getStatus() ?? 0, answer ? wordsOf(answer.getBody()) : null);
    },
  });
  upload.start();
  return { pause: () => void upload.abort() };
}

/** End an upload; its bytes go. One that is over already is as good. */
export async function cancelUpload(uploadId: string): Promise<void> {
  await fetch(`${ENDPOINT}/${uploadId}`, {
    method: "DELETE",
    headers: { ...headersFor("DELETE"), "tus-resumable": "1.0.0" },
  });
}

/** Return what seems to be here already. */
export async function twinsOf(item: Item): Promise<Noun<"Twins">> {
  const query = { bytes: item.bytes, fingerprint: item.fingerprint, file_name: item.name };
  return data(api.GET("/api/v1/uploads/twins", { params: { query } }));
}

/** Return how an upload stands at the server. */
export async function readUpload(uploadId: string): Promise<Noun<"Upload">> {
  const path = { upload_id: uploadId };
  return data(api.GET("/api/v1/uploads/{upload_id}", { params: { path } }));
}

/** Write what the lesson will be called: to the upload, or to the lesson that it became. */
export async function writeFacts(item: Item): Promise<void> {
  if (!item.uploadId) return; // it goes along when the upload begins
  const upload = await readUpload(item.uploadId);
  const { title, ...rest } = item.facts;
  const said = Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, v.trim() || null]));
  if (upload.lesson_id) {
    const path = { lesson_id: upload.lesson_id };
    const lesson = await data(api.GET("/api/v1/lessons/{lesson_id}", { params: { path } }));
    const body = { ...lesson, ...said, title: title.trim() || lesson.title };
    await api.PUT("/api/v1/lessons/{lesson_id}", { params: { path }, body });
  } else {
    const body = { ...upload.facts, ...said, title: title.trim() || upload.facts.title };
    const path = { upload_id: item.uploadId };
    const revised = { ...body, revision: upload.revision };
    await api.PUT("/api/v1/uploads/{upload_id}/facts", { params: { path }, body: revised });
  }
}

function metadataOf(item: Item): Record<string, string> {
  const said = { ...item.facts, filename: item.name, fingerprint: item.fingerprint ?? "" };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value.trim()));
}

const idOf = (url: string): string => url.slice(url.lastIndexOf("/") + 1);

function wordsOf(body: string): string | null {
  try {
    return (JSON.parse(body) as { detail?: string }).detail ?? null;
  } catch {
    return null;
  }
}
