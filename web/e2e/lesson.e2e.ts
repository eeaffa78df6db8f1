import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { enter } from "./people";
import { stage } from "./stage";
import { chooseByKeyboard, film, filmUntil, reach } from "./workspace";

let window: Window;
const MOST_CLICKS = 12;
const PLAN = { name: "教学设计.docx", mimeType: "application/msword", buffer: Buffer.from("plan") };

beforeEach(async () => {
  window = await openWindow();
  // Count what the hand does, from the first page after signing in.
  await window.context.addInitScript(() => {
    const counting = globalThis as unknown as { clicks: number };
    counting.clicks = 0;
    addEventListener("click", (event) => (counting.clicks += event.isTrusted ? 1 : 0), true);
  });
});
afterEach(async () => {
  await window.browser.close();
});

async function openLesson(page: Page): Promise<void> {
  await enter(page, "teacher", "/lessons");
  await page.evaluate(() => ((globalThis as unknown as { clicks: number }).clicks = 0));
  await page.getByRole("link", { name: "二次函数的图像" }).click();
}

describe("a teacher with fifteen minutes", () => {
  it("chooses her points, finds a moment, adds what is missing, submits", async () => {
    const { page, complaints } = window;
    await openLesson(page);
    await page.getByText("先选好您的测评点").waitFor();
    await page.getByRole("checkbox", { name: /^A6/ }).click();
    await page.getByRole("button", { name: /选好了/ }).click();

    const moment = page.locator(".moment").first();
    await moment.getByText("四人一组讨论").waitFor();
    await filmUntil(page, ({ ready }) => ready >= 2);
    await moment.getByRole("button", { name: /播放/ }).click();
    await filmUntil(page, ({ at, sound }) => at > 1.5 && sound > 0);
    expect((await film(page)).width).toBeGreaterThan(0);
    await filmUntil(page, ({ at, paused }) => paused && Math.abs(at - 4) < 0.2);

    await moment.getByRole("button", { name: "采用", exact: true }).click();
    await page.getByText("还缺：教学设计、教学反思").waitFor();
    expect(await page.getByRole("button", { name: "提交", exact: true }).isDisabled()).toBe(true);
    await picture(page, "lesson-points-zh");
    const choosing = page.waitForEvent("filechooser");
    await page.getByLabel("为“教学设计”选择文件").click();
    await (await choosing).setFiles(PLAN);
    await page.getByRole("link", { name: "教学设计.docx" }).waitFor();
    await page.getByRole("textbox", { name: "教学反思" }).click();
    await page.keyboard.type("学生先说，老师再追问。");
    await page.getByText(/已保存/).waitFor();
    await page.getByRole("button", { name: "提交", exact: true }).click();
    await page.getByText("已提交，等待查看。").waitFor();

    const clicks = await page.evaluate(() => (globalThis as unknown as { clicks: number }).clicks);
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
    await page.getByRole("link", { name: "我的证据材料" }).click();
    await page.getByRole("heading", { name: "A6 技术支持的课堂讲授" }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "evidence-zh");
    expect(complaints).toEqual([]);
  });

  it("does the same with the keyboard alone", async () => {
    const { page } = window;
    await enter(page, "teacher", `/lessons/${stage.lesson_id}`);
    await chooseByKeyboard(page, "ktdr");
    await page.locator(".moment").first().waitFor();
    await page.keyboard.press("a"); // accept the first that waits
    await page.locator(".moment.accepted").waitFor();
    await page.locator(".set").waitFor();
    const choosing = page.waitForEvent("filechooser");
    await reach(page, ".set input[type=file]");
    await page.keyboard.press("Enter");
    await (await choosing).setFiles(PLAN);
    await page.getByRole("link", { name: "教学设计.docx" }).waitFor();
    await reach(page, ".set textarea");
    await page.keyboard.type("用动画导入，学生一下子就看懂了。K");
    await page.getByText(/已保存/).waitFor();
    expect((await film(page)).paused).toBe(true); // letters that are written are no commands
    await reach(page, ".set .submit:not([disabled])");
    await page.keyboard.press("Enter");
    await page.getByText("已提交，等待查看。").waitFor();
  });
});
