/** What went wrong, as the server says it (RFC 9457), in the language of the page. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly facts: Record<string, string> = {},
    readonly request = "",
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** Codes of problems that never reached a server. */
export const OFFLINE = "offline";

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  facts?: Record<string, string>;
}

/** Return the problem that an answer tells; an answer that is none of ours tells its status. */
export async function problemOf(response: Response, request: Request): Promise<Problem> {
  const where = `${request.method} ${new URL(request.url).pathname}`;
  let body: ProblemBody = {};
  try {
    body = (await response.json()) as ProblemBody;
  } catch {
    body = {}; // a proxy answered, not we
  }
  const title = body.title ?? `${response.status}`;
  return new Problem(
    response.status,
    body.code ?? `http-${response.status}`,
    title,
    body.detail ?? title,
    body.facts ?? {},
    where,
  );
}

/** Return any error as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return new Problem(0, OFFLINE, "", "");
  return new Problem(0, "page", "", error instanceof Error ? error.message : String(error));
}
