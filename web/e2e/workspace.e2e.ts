import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { enter } from "./people";
import { stage } from "./stage";
import { chooseByKeyboard, filmUntil } from "./workspace";

let window: Window;

beforeEach(async () => {
  window = await openWindow();
});
afterEach(async () => {
  await window.browser.close();
});

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
