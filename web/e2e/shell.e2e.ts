import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { signIn, stage } from "./stage";

let window: Window;

beforeAll(async () => {
  window = await openWindow();
  await signIn(window.context, "teacher");
});
afterAll(async () => {
  await window.browser.close();
});

describe("the shell of the page", () => {
  it("shows the lessons, in both languages, without anything axe minds", async () => {
    const { page, complaints } = window;
    await page.goto(`${stage.address}/lessons`);
    await page.getByRole("link", { name: "二次函数的图像" }).waitFor();
    expect(await page.title()).toBe("课堂实录 · 观课");
    expect(await violations(page)).toEqual([]);
    await picture(page, "lessons-zh");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Lessons" }).waitFor();
    expect(await page.title()).toBe("Lessons · Guanke");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "中文" }).click();
    expect(complaints).toEqual([]);
  });

  it("lets the keyboard skip to what matters", async () => {
    const { page } = window;
    await page.goto(`${stage.address}/lessons`);
    await page.getByRole("link", { name: "二次函数的图像" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  });

  it("says where a wrong address leads, and an API's stays a problem", async () => {
    const { page } = window;
    await page.goto(`${stage.address}/nowhere`);
    await page.getByRole("heading", { name: "没有找到这个页面" }).waitFor();
    expect(await violations(page)).toEqual([]);
    const answer = await page.request.get(`${stage.address}/api/v1/nowhere`);
    expect(answer.status()).toBe(404);
    expect(answer.headers()["content-type"]).toBe("application/problem+json");
  });

  it("tells when the network is gone", async () => {
    const { page, context } = window;
    await page.goto(`${stage.address}/lessons`);
    await context.setOffline(true);
    await page.getByText("网络已断开").waitFor();
    await context.setOffline(false);
    await page.getByText("网络已断开").waitFor({ state: "detached" });
  });
});
