import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { enter } from "./people";
import { stage } from "./stage";

let window: Window;
const MOST_CLICKS = 12;
const film = (page: Page) =>
  page.evaluate(() => {
    const video = document.querySelector("video") ?? document.createElement("video");
    return {
      at: video.currentTime,
      paused: video.paused,
      width: video.videoWidth,
      ready: video.readyState,
      sound: (video as unknown as { webkitAudioDecodedByteCount: number })
        .webkitAudioDecodedByteCount,
    };
  });
type Film = Awaited<ReturnType<typeof film>>;
/** Wait until the film is as it should be; asked from outside, as the page's policy wants it. */
async function filmUntil(page: Page, fits: (now: Film) => boolean): Promise<void> {
  await expect.poll(async () => fits(await film(page)), { timeout: 20_000 }).toBe(true);
}
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

/** Type what to look for, take it with Enter, and confirm: no mouse. */
async function chooseByKeyboard(page: Page, words: string): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  const chooser = page.getByText("先选好您的测评点");
  const listed = page.locator(".moment").first();
  await chooser.or(listed).waitFor();
  if (await listed.isVisible()) {
    await reach(page, "button:has-text('更换')");
    await page.keyboard.press("Enter");
  }
  await clearChosen(page);
  await reach(page, ".picker input[type=search]");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await reach(page, "button:has-text('选好了')");
  await page.keyboard.press("Enter");
}

/** Let go of the points of an earlier journey. */
async function clearChosen(page: Page): Promise<void> {
  while (await page.locator(".picker .chip").count()) {
    await reach(page, ".picker .chip");
    await page.keyboard.press("Enter");
  }
}

/** Walk with Tab until something has the focus. */
async function reach(page: Page, selector: string): Promise<void> {
  for (let n = 0; n < 150; n++) {
    if (await page.locator(`${selector}:focus`).count()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${selector}`);
}

describe("the workspace", () => {
  it("marks a stretch by keys, fields and text, and makes a clip that can be taken back", async () => {
    const { page, complaints } = window;
    await enter(page, "teacher", `/lessons/${stage.lesson_id}?tab=transcript`);
    await filmUntil(page, ({ ready }) => ready >= 2);
    await page.getByText("请同学们四人一组讨论").waitFor();
    await page.getByRole("button", { name: "从 0:05 播放" }).click();
    await page.locator(".row.said", { hasText: "GeoGebra" }).waitFor();
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("i");
    const start = page.getByRole("textbox", { name: "起点" });
    expect(await start.inputValue()).toBe("00:05.0");
    const end = page.getByRole("textbox", { name: "终点" });
    await end.fill("00:07.5");
    await end.press("Enter");
    await page.getByRole("button", { name: "终点 +1 秒" }).click();
    expect(await end.inputValue()).toBe("00:08.5");
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press(".");
    await page.keyboard.press("r");
    await filmUntil(page, ({ paused }) => !paused);
    await page.keyboard.press("r");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("tab", { name: /片段/ }).click();
    await page.getByText("0:05–0:08").waitFor();
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("Control+z");
    await page.getByText("0:05–0:08").waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
  });

  it("adjusts a suggestion, dismisses another with a reason, and takes that back", async () => {
    const { page } = window;
    await enter(page, "teacher", `/lessons/${stage.lesson_id}`);
    await chooseByKeyboard(page, "b5");
    const moment = page.locator(".moment").first();
    await moment.getByRole("button", { name: "不采用" }).click();
    await page.getByRole("button", { name: "不是这个能力点" }).click();
    await page.getByText("没有找到合适的时刻").waitFor();
    await page.getByRole("button", { name: "撤销：不采用推荐" }).click();
    await moment.getByRole("button", { name: "调整" }).click();
    await page.getByRole("button", { name: "终点 −1 秒" }).click();
    expect(await page.getByRole("textbox", { name: "终点" }).inputValue()).toBe("00:05.0");
    const bar = page.getByRole("region", { name: "选取的片段" });
    await bar.getByRole("button", { name: "采用", exact: true }).click();
    await moment.getByText("已采用").waitFor();
    await moment.getByText("0:03–0:05").waitFor();
  });

  it("puts a phase right on the timeline, and marks a stretch by dragging", async () => {
    const { page } = window;
    await enter(page, "teacher", `/lessons/${stage.lesson_id}`);
    await page.getByRole("button", { name: "展开时间轴" }).click();
    const lane = page.getByRole("group", { name: "教学环节" });
    await lane.getByRole("button", { name: /课堂导入 0:00 到 0:05/ }).click();
    await page.locator(".phase-editor select").selectOption("questioning");
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await lane.getByRole("button", { name: /师生互动 0:00 到 0:05/ }).waitFor();
    const track = await page.locator(".track").boundingBox();
    const at = (share: number) => track!.x + track!.width * share;
    await page.mouse.move(at(0.2), track!.y + 40);
    await page.mouse.down();
    await page.mouse.move(at(0.4), track!.y + 40, { steps: 4 });
    await page.mouse.up();
    expect(await page.getByRole("textbox", { name: "起点" }).inputValue()).toMatch(/00:0[12]\.\d/);
    await page.locator(".row, .moment, .picker").first().waitFor();
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("textbox", { name: "起点" }).waitFor({ state: "detached" });
  });

  it("finds words, corrects a line, and keeps what it said before", async () => {
    const { page } = window;
    await enter(page, "teacher", `/lessons/${stage.lesson_id}`);
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("/");
    await page.keyboard.type("geogebra");
    await page.getByText("1/1").waitFor();
    const row = page.locator(".row", { hasText: "GeoGebra" });
    await row.hover();
    await row.getByRole("button", { name: "改正这句" }).click();
    const field = page.getByRole("textbox", { name: "这句话的文字" });
    await field.fill("打开几何画板看看 A6 的动画。");
    await field.press("Enter");
    const corrected = page.locator(".row", { hasText: "几何画板" });
    await corrected.waitFor();
    await page.getByRole("searchbox").fill("几何画板");
    await corrected.hover();
    await corrected.getByRole("button", { name: "改正这句" }).click();
    await page.getByRole("button", { name: "修改记录" }).click();
    await page.getByRole("listitem").filter({ hasText: "GeoGebra" }).waitFor();
  });

  it.each([
    ["zh", 1280],
    ["en", 1280],
    ["zh", 360],
    ["en", 360],
  ] as const)("leaves nothing for axe to mind: %s, %i px wide", async (language, width) => {
    const { page, browser } = await openWindow({ language, width, mobile: width < 400 });
    await enter(page, "teacher", `/lessons/${stage.lesson_id}`);
    await page.locator(".moment, .picker").first().waitFor();
    for (const tab of [1, 2, 0]) {
      await page.getByRole("tab").nth(tab).click();
      expect(await violations(page), `tab ${tab}`).toEqual([]);
      await picture(page, `lesson-${tab}-${language}-${width}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
    if (width > 1000) {
      await page.getByRole("button", { name: /展开时间轴|Show the timeline/ }).click();
      await page.locator(".bar-item").first().waitFor();
      expect(await violations(page), "timeline").toEqual([]);
      await picture(page, `lesson-timeline-${language}`);
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await page.waitForTimeout(400); // the dialog fades in: contrast is measured afterwards
      expect(await violations(page), "keys").toEqual([]);
      await picture(page, `lesson-keys-${language}`);
    }
    await browser.close();
  });
});
