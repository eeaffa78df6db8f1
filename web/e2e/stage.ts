import type { BrowserContext } from "playwright-core";

/** What `tests/e2e` prepared: a server of its own for this file of journeys. */
export interface Stage {
  address: string;
  lesson_id: string;
  recording_id: string;
  /** Accounts by role; the teacher's is the one whose the lesson is. */
  accounts: Record<string, { account: string; password: string }>;
}

const given = process.env.GUANKE_STAGE;
if (!given) throw new Error("journeys are started by tests/e2e/test_pages.py: run make e2e");

export const stage = JSON.parse(given) as Stage;

/** Sign somebody in, in all pages of the window. */
export async function signIn(context: BrowserContext, role: string): Promise<void> {
  const answer = await context.request.post(`${stage.address}/api/v1/session`, {
    data: stage.accounts[role],
  });
  if (answer.status() !== 201) throw new Error(await answer.text());
}
