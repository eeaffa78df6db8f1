import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWindow, type Window } from "./browser";
import { enter } from "./people";
import { stage } from "./stage";

/** A whole lesson: 1,200 lines of words. */
let window: Window;

beforeAll(async () => {
  window = await openWindow();
  await enter(window.page, "teacher", `/lessons/${stage.lesson_id}?tab=transcript`);
  await window.page.getByText("请同学们四人一组讨论").waitFor();
});
afterAll(async () => {
  await window.browser.close();
});

describe("a transcript of 1,200 lines", () => {
  it("draws only the lines that are seen", async () => {
    const { page } = window;
    expect(await page.locator(".row").count()).toBeLessThan(60);
    await page.locator(".lines").evaluate((box) => (box.scrollTop = box.scrollHeight));
    await page.getByText("第1195句").waitFor();
    expect(await page.locator(".row").count()).toBeLessThan(60);
  });

  it("finds words far away, shows them, and comes back to what is said", async () => {
    const { page } = window;
    await page.getByRole("searchbox").fill("第700句");
    await page.locator(".row mark.here", { hasText: "第700句" }).waitFor();
    const box = (await page.locator(".lines").boundingBox())!;
    const line = (await page.locator(".row mark.here").boundingBox())!;
    expect(line.y).toBeGreaterThan(box.y);
    expect(line.y).toBeLessThan(box.y + box.height);
    await page.getByRole("button", { name: "从 0:03 播放" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "回到当前" }).click();
    await page.getByText("今天我们学习二次函数的图像").waitFor();
  });

  it("keeps following while the film plays", async () => {
    const { page } = window;
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "从 0:01 播放" }).click();
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("k");
    await page.locator(".row.said", { hasText: "GeoGebra" }).waitFor();
    await page.keyboard.press("k");
  });
});
