import { stage } from "./stage";

/** Somebody who speaks to the API without a page, to prepare what a journey begins with. */
export interface Colleague {
  get: <T>(path: string) => Promise<T>;
  post: <T>(path: string, body?: unknown) => Promise<T>;
  /** Send a document of an evidence set. */
  hand: (path: string, requirement: string, name: string) => Promise<void>;
  person_id: string;
}

/** Sign somebody in by role. */
export async function colleague(role: string): Promise<Colleague> {
  const signed = await fetch(`${stage.address}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(stage.accounts[role]),
  });
  if (signed.status !== 201) throw new Error(await signed.text());
  const cookie = signed.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const { csrf_token, person_id } = (await signed.json()) as Record<string, string>;
  const headers = { cookie, "x-csrf-token": csrf_token ?? "" };
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${stage.address}/api/v1${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
  return {
    person_id: person_id ?? "",
    get: (path) => ask("GET", path),
    post: (path, body) => ask("POST", path, body ?? {}),
    async hand(path, requirement, name) {
      const form = new FormData();
      form.append("requirement", requirement);
      form.append("file", new Blob(["plan"]), name);
      const sent = await fetch(`${stage.address}/api/v1${path}`, {
        method: "POST",
        headers,
        body: form,
      });
      if (!sent.ok) throw new Error(await sent.text());
    },
  };
}

/** Let the teacher hand in an evidence set for A6: plan, clip, reflection. */
export async function handIn(teacher: Colleague): Promise<string> {
  interface Known {
    id: string;
    revision: number;
  }
  const kept = await teacher.post<Known>("/evidence-sets", {
    teacher: "王老师",
    competency: "A6",
    lesson_id: stage.lesson_id,
  });
  const clip = await teacher.post<Known>("/clips", {
    recording_id: stage.recording_id,
    lesson_id: stage.lesson_id,
    start_ms: 2500,
    end_ms: 6500,
    title: "小组讨论",
    competencies: ["A6"],
  });
  const path = `/evidence-sets/${kept.id}`;
  await teacher.post(`${path}/items`, {
    kind: "clip",
    requirement: "classroom_clip",
    clip_id: clip.id,
  });
  await teacher.post(`${path}/items`, {
    kind: "reflection",
    requirement: "reflection",
    text: "学生先说，老师再追问；下次留更多时间给小组。",
  });
  await teacher.hand(`${path}/documents`, "lesson_plan", "教学设计.docx");
  const { revision } = await teacher.get<Known>(path);
  await teacher.post(`${path}/submit`, { revision });
  return kept.id;
}
