import type { Page } from "playwright-core";
import { stage } from "./stage";

/** Sign in as somebody with a role, and go to a page. A server without accounts needs no sign-in. */
export async function enter(page: Page, role: string, path: string): Promise<void> {
  await page.goto(stage.address + path);
  const account = stage.accounts[role];
  if (!account) return;
  await page.getByLabel("工号或姓名").fill(account.account);
  await page.getByLabel("密码").fill(account.password);
  await page.getByRole("button", { name: "登录" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}
