import type { Page } from "playwright-core";
import { signIn, stage } from "./stage";

/** Sign in as somebody with a role, and go to a page. */
export async function enter(page: Page, role: string, path: string): Promise<void> {
  await signIn(page.context(), role);
  await page.goto(stage.address + path);
}
