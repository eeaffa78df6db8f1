import { randomBytes } from "node:crypto";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { signIn, stage } from "./stage";

const SLOW = 60_000; // bytes a second: a school line at noon
const file = (name: string) => ({ name, mimeType: "video/mp4", buffer: randomBytes(5_000_000) });
const lesson = file("七3班 二次函数.mp4");
const second = file("八1班 浮力.mp4");

let window: Window;
let page: Page;
let line: CDPSession;

/** Limit what the page may send, in bytes a second; -1: no limit. */
const throttle = (uploadThroughput: number, offline = false) =>
  line.send("Network.emulateNetworkConditions", {
    offline,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput,
  });
const choose = (what: typeof lesson) =>
  page.locator('input[type="file"][multiple]').setInputFiles(what);
const row = (name: string) => page.getByRole("listitem", { name, exact: true });
const says = (name: string, text: string | RegExp) =>
  row(name).getByText(text).first().waitFor({ timeout: 60_000 });
const open = (path: string) => page.goto(`${stage.address}${path}`);

beforeAll(async () => {
  window = await openWindow();
  page = window.page;
  await signIn(window.context, "operator");
  line = await window.context.newCDPSession(page);
  await line.send("Network.enable");
});
afterAll(async () => {
  await window.browser.close();
});

describe("an operator uploads", () => {
  it("sees a page that asks for files and nothing else", async () => {
    await open("/upload");
    await page.getByText("还没有选择文件").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("writes about the lesson, pauses and goes on while the bytes are under way", async () => {
    await throttle(SLOW);
    await choose(lesson);
    await says(lesson.name, "正在上传");
    await row(lesson.name).getByText("填写课的信息").click();
    await row(lesson.name).getByLabel("课题").fill("二次函数的顶点");
    await row(lesson.name).getByLabel("学科").fill("数学");
    await row(lesson.name).getByLabel("学科").blur();
    await says(lesson.name, /已保存/);
    expect(await violations(page)).toEqual([]);
    await picture(page, "upload-zh");
    await row(lesson.name).getByRole("button", { name: "暂停" }).click();
    await says(lesson.name, "已暂停");
    await row(lesson.name).getByRole("button", { name: "继续" }).click();
    await says(lesson.name, "正在上传");
  });

  it("goes elsewhere meanwhile; a tray tells how far it is", async () => {
    await page.getByRole("link", { name: "处理队列" }).click();
    const tray = page.getByRole("complementary", { name: "上传进度" });
    await tray.getByText("正在上传 1 个文件").waitFor();
    expect(await violations(page)).toEqual([]);
    await tray.getByRole("link").click();
  });

  it("survives a network that comes and goes", async () => {
    await throttle(SLOW, true);
    await says(lesson.name, "连接中断，会自动继续");
    await throttle(-1);
    await says(lesson.name, "已上传，文件安全保存");
    await says(lesson.name, "已入库，等待处理");
    await says(lesson.name, /排在第 \d 位/);
  });

  it("is told that a file is here already", async () => {
    await page.getByRole("button", { name: "移除已上传的" }).click();
    await choose(lesson);
    await says(lesson.name, "可能已上传过");
    expect(await violations(page)).toEqual([]);
    await row(lesson.name).getByRole("button", { name: "不再上传" }).click();
    await row(lesson.name).waitFor({ state: "detached" });
  });

  it("loads the page again in the middle, chooses the same file, and goes on from there", async () => {
    await throttle(SLOW);
    const warned: string[] = [];
    page.on("dialog", (dialog) => {
      warned.push(dialog.type());
      void dialog.accept();
    });
    await choose(second);
    await says(second.name, /每秒/);
    await page.waitForTimeout(3000); // two seconds of bytes are acknowledged
    await page.reload();
    expect(warned).toEqual(["beforeunload"]);
    await says(second.name, "重新选择同一文件以继续");
    await picture(page, "upload-again-zh");
    await line.send("Network.enable");
    await throttle(-1);
    const patch = page.waitForRequest((request) => request.method() === "PATCH");
    await choose(second);
    expect(Number((await patch).headers()["upload-offset"])).toBeGreaterThan(0);
    await says(second.name, "已上传，文件安全保存");
  });

  it("leaves out what is no recording, in words", async () => {
    await page
      .locator('input[type="file"][multiple]')
      .setInputFiles({ name: "教案.docx", mimeType: "text/plain", buffer: Buffer.from("x") });
    await page.getByText("没有加入：教案.docx").waitFor();
  });
});

describe("an operator looks after the queue", () => {
  it("sees where everything stands", async () => {
    await open("/queue?show=in_progress");
    await page.getByRole("link", { name: "二次函数的顶点" }).waitFor();
    const mine = row(lesson.name);
    await mine.getByText("查看各步骤").click();
    await mine.getByText("识别语音").waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "queue-zh");
  });

  it("stops one, sees what helps, and starts it again with all others", async () => {
    await row(lesson.name).getByRole("button", { name: "停止处理" }).click();
    await page.getByRole("link", { name: /^失败/ }).click();
    await says(lesson.name, "已按要求停止");
    await says(lesson.name, "点“重试”重新处理此步骤");
    expect(await violations(page)).toEqual([]);
    await picture(page, "queue-failed-zh");
    await page.getByLabel("选中全部可重试的").check();
    await page.getByRole("button", { name: "重试选中的 1 个" }).click();
    await page.getByText("没有失败的课堂实录").waitFor();
  });

  it("prints a receipt", async () => {
    await open("/queue");
    await page.getByRole("link", { name: `${lesson.name} 的入库凭证` }).click();
    await page.getByText("5,000,000 字节").waitFor();
    expect(await page.title()).toBe("入库凭证 · 观课");
    expect(await violations(page)).toEqual([]);
    await picture(page, "receipt-zh");
  });

  it("says whose a lesson is", async () => {
    await open("/unclaimed");
    const mine = row("二次函数的顶点");
    await mine.getByLabel("授课教师").fill("没有这个人");
    await mine.getByRole("button", { name: "交给这位老师" }).click();
    await mine.getByText("没有找到唯一的").waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "unclaimed-zh");
    const lessons = await page.request.get(`${stage.address}/api/v1/lessons/${stage.lesson_id}`);
    const { teacher } = (await lessons.json()) as { teacher: string };
    await mine.getByLabel("授课教师").fill(teacher);
    await mine.getByRole("button", { name: "交给这位老师" }).click();
    await mine.waitFor({ state: "detached" });
  });
});

describe("the same in English and on a phone", () => {
  it.each([
    ["en", 1280],
    ["zh", 360],
    ["en", 360],
  ] as const)("%s, %i px", async (language, width) => {
    const other = await openWindow({ language, width, mobile: width < 400 });
    await signIn(other.context, "operator");
    for (const name of ["upload", "queue", "unclaimed"]) {
      await other.page.goto(`${stage.address}/${name}`);
      await other.page.getByRole("heading", { level: 1 }).waitFor();
      await other.page.waitForLoadState("networkidle").catch(() => undefined);
      await other.page.waitForTimeout(500);
      expect(await violations(other.page)).toEqual([]);
      expect(
        await other.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        name,
      ).toBeLessThanOrEqual(0);
      await picture(other.page, `${name}-${language}-${width}`);
    }
    const queue = other.page.getByRole("link", { name: /Receipt of|的入库凭证/ }).first();
    await other.page.goto(`${stage.address}/queue`);
    await queue.click();
    await other.page.getByText(/字节|bytes/).waitFor();
    await picture(other.page, `receipt-${language}-${width}`);
    expect(other.complaints).toEqual([]);
    await other.browser.close();
  });
});
