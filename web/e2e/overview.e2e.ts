import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { enter } from "./people";
import { stage } from "./stage";

/** A school of forty teachers, a project half done, 500 lessons. */
const FOLDER = process.env.GUANKE_DOWNLOADS ?? "downloads";
let lead: Window;
let teacher: Window;

beforeAll(async () => {
  lead = await openWindow();
  teacher = await openWindow();
});
afterAll(async () => {
  await lead?.browser.close();
  await teacher?.browser.close();
});

/** Look at a page in both languages: nothing that axe minds, and a picture of each. */
async function looked(window: Window, name: string, ready: string, english: string): Promise<void> {
  const { page } = window;
  await page.getByText(ready).first().waitFor();
  await page.waitForTimeout(300);
  expect(await violations(page)).toEqual([]);
  await picture(page, `${name}-zh`);
  await page.getByRole("button", { name: "English" }).click();
  await page.getByText(english).first().waitFor();
  await page.waitForTimeout(300);
  expect(await violations(page)).toEqual([]);
  await picture(page, `${name}-en`);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForTimeout(300);
  await picture(page, `${name}-en-360`);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  ).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByText(ready).first().waitFor();
  await picture(page, `${name}-zh-360`);
  await page.setViewportSize({ width: 1280, height: 900 });
}

describe("a lead of the school", () => {
  it("is led from home to the project and sees large groups' numbers only", async () => {
    const { page } = lead;
    await enter(page, "school_lead", "/");
    await page.getByRole("link", { name: /查看项目进度/ }).click();
    await page.getByRole("heading", { name: "2026 秋季信息技术应用能力测评" }).waitFor();
    await looked(lead, "project", "教师进展", "Progress by research group");
    const card = page.getByRole("region", { name: "各教研组进展" });
    await card.getByRole("button", { name: "表" }).click();
    await card.getByText("人数少于 5，仅本组组长可见").first().waitFor();
    await picture(page, "project-table-zh");
    await card.getByRole("button", { name: "语文组" }).click();
    await page.waitForURL(/group=/);
    await expect.poll(() => page.locator("#teachers tbody tr").count()).toBe(12);
  });

  it("downloads the chart as XLSX", async () => {
    const { page } = lead;
    mkdirSync(FOLDER, { recursive: true });
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "下载 XLSX：各教研组进展" }).click();
    const file = await waiting;
    expect(file.suggestedFilename()).toBe("guanke-groups.xlsx");
    await file.saveAs(join(FOLDER, "guanke-groups.xlsx"));
  });

  it("reminds, and the teacher's bell rings without a reload", async () => {
    await enter(teacher.page, "teacher", "/notices");
    await teacher.page.getByText("李同事在《二次函数的图像》留言").waitFor();
    const bell = teacher.page.getByRole("status").filter({ hasText: "条未读消息" });
    await expect.poll(() => bell.textContent()).toBe("2 条未读消息");
    const { page } = lead;
    await page.goto(`${page.url().split("?")[0]}`);
    await page.getByRole("button", { name: "一键催办" }).click();
    await page.getByText(/已提醒 \d+ 人/).waitFor();
    await expect.poll(() => bell.textContent(), { timeout: 15_000 }).toBe("3 条未读消息");
    await teacher.page.getByText(/提醒您选定测评点/).waitFor();
    await looked(teacher, "notices", "全部标为已读", "Mark all as read");
    await teacher.page.getByRole("button", { name: "全部标为已读" }).click();
    await expect.poll(() => bell.textContent()).toBe("0 条未读消息");
  });

  it("begins a project", async () => {
    const { page } = lead;
    await page.goto(`${stage.address}/projects/new`);
    await looked(lead, "project-form", "环节与日期", "Stages and dates");
    await page.getByLabel("项目名称").fill("2027 春季测评");
    await page.getByRole("button", { name: "保存" }).click();
    await page.getByRole("heading", { name: "2027 春季测评" }).waitFor();
    expect(lead.complaints).toEqual([]);
  });
});

describe("a teacher with 500 lessons", () => {
  it("finds what waits at home", async () => {
    await enter(teacher.page, "teacher", "/");
    await looked(teacher, "home", "还有 3 个测评点未选定", "Points still to choose: 3");
  });

  it("narrows the library by filters that stand in the address", async () => {
    const { page } = teacher;
    await page.goto(`${stage.address}/library`);
    await looked(teacher, "library", "共 501 节课", "Lessons: 501");
    await page.getByLabel("学科").selectOption("语文");
    await page.getByText("共 100 节课").waitFor();
    expect(new URL(page.url()).searchParams.get("subject")).toBe("语文");
    await page.reload();
    await page.getByText("共 100 节课").waitFor();
    await page.getByRole("button", { name: "取消筛选：语文" }).click();
    await page.getByText("共 501 节课").waitFor();
    for (let n = 0; n < 10; n++) {
      const more = page.getByRole("button", { name: "加载更多" });
      if (!(await more.count())) break;
      await more.click();
      await page.waitForFunction(
        (rows) => document.querySelectorAll(".rows > li").length > rows,
        50 * (n + 1),
      );
    }
    expect(await page.locator(".rows > li").count()).toBe(501);
  });

  it("finds what was said and lands on it", async () => {
    const { page } = teacher;
    await page.getByRole("searchbox").fill("四人一组");
    await page.getByRole("button", { name: "搜索" }).click();
    await page.locator("mark").first().waitFor();
    await looked(teacher, "search", "课堂文字", "Said");
    await page.getByRole("link", { name: /四人一组/ }).click();
    await page.waitForURL(/\/lessons\/.*[?&]t=/);
  });
});

describe("an operator and an administrator", () => {
  it("see rooms and queue", async () => {
    await enter(lead.page, "operator", "/operations");
    await looked(lead, "operations", "录播教室1", "Nothing new");
  });
  it("keep group robots switched off until they say so", async () => {
    await enter(lead.page, "administrator", "/settings/webhooks");
    await lead.page.getByRole("button", { name: "添加群机器人" }).click();
    await looked(lead, "webhooks", "Webhook 地址", "Webhook address");
  });
});
