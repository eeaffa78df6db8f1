/** What `tests/e2e` prepared: a server of its own for this file of journeys. */
export interface Stage {
  address: string;
  lesson_id: string;
  recording_id: string;
  /** Accounts by role, once the server has accounts. */
  accounts: Record<string, { account: string; password: string }>;
}

const given = process.env.GUANKE_STAGE;
if (!given) throw new Error("journeys are started by tests/e2e/test_pages.py: run make e2e");

export const stage = JSON.parse(given) as Stage;
