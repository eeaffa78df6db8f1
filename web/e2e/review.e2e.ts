import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { colleague, handIn, type Colleague } from "./colleagues";
import { enter } from "./people";
import { stage } from "./stage";

let window: Window;
let teacher: Colleague;
let reviewer: Colleague;
let lead: Colleague;

const film = (page: Page) =>
  page.evaluate(() => {
    const video = document.querySelector("video") ?? document.createElement("video");
    return { at: video.currentTime, paused: video.paused, width: video.videoWidth };
  });
async function filmUntil(
  page: Page,
  fits: (now: Awaited<ReturnType<typeof film>>) => boolean,
): Promise<void> {
  await expect.poll(async () => fits(await film(page)), { timeout: 30_000 }).toBe(true);
}

async function asked(kind: string, blindness = "open"): Promise<{ set: string; review: string }> {
  const set = await handIn(teacher);
  const { made } = await lead.post<{ made: { id: string }[] }>("/assignments", {
    set_ids: [set],
    reviewer_ids: [reviewer.person_id],
    kind,
    blindness,
    due_on: "2030-12-04",
  });
  return { set, review: made[0]!.id };
}

async function shown(page: Page, name: string): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  expect(await violations(page), name).toEqual([]);
  await picture(page, name);
}

beforeAll(async () => {
  teacher = await colleague("teacher");
  reviewer = await colleague("reviewer");
  lead = await colleague("group_lead");
});
afterEach(async () => {
  await window.browser.close();
});

describe("a reviewer", () => {
  it("watches, comments, marks, submits; the teacher sees it", async () => {
    const { set, review } = await asked("assessment");
    window = await openWindow();
    const { page, complaints } = window;
    await enter(page, "reviewer", "/reviews");
    await page.getByRole("link", { name: /A6/ }).first().waitFor();
    await shown(page, "reviews-zh");
    await page.goto(new URL(`/reviews/${review}`, page.url()).href);
    await page.getByRole("heading", { name: /^A6/, level: 1 }).waitFor();

    // The clip plays within its own stretch, and stops at its end.
    await filmUntil(page, ({ width }) => width > 0);
    await page.getByRole("button", { name: "从头播放" }).click();
    await filmUntil(page, ({ at, paused }) => !paused && at > 2.9);

    // Typing pauses, the comment is pinned, sending resumes.
    await page.keyboard.press("c");
    await page.keyboard.type("追问得好");
    await filmUntil(page, ({ paused }) => paused);
    await page.getByRole("button", { name: "发送", exact: true }).click();
    await page.locator(".thread").getByText("追问得好").waitFor();
    await filmUntil(page, ({ at }) => at > 5.5);
    await filmUntil(page, ({ at, paused }) => paused && at < 7);

    // Number keys mark one item after the other.
    await page.getByRole("heading", { level: 1 }).click();
    for (const key of ["1", "2", "1"]) await page.keyboard.press(key);
    expect(await page.locator(".level.chosen").count()).toBe(3);
    await page.getByText(/已保存/).waitFor();
    await page.getByLabel("总体意见").fill("设计扎实，片段可以更长。");
    await shown(page, "review-zh");
    await page.keyboard.press("Control+Enter");
    await page.getByText("课堂实录片段为合格，是各项中最低的等级").waitFor();
    await page.getByRole("button", { name: /撤回/ }).waitFor();
    await shown(page, "review-submitted-zh");

    // Taken back, and submitted again.
    await page.getByRole("button", { name: /撤回/ }).click();
    await page.getByRole("button", { name: "提交评审" }).click();
    await page.getByRole("button", { name: /撤回/ }).waitFor();
    await page
      .getByRole("button", { name: /撤回/ })
      .waitFor({ state: "detached", timeout: 60_000 });

    // The teacher reads the level, why, and the comment; the only reviewer concludes.
    await page.getByRole("button", { name: "通过", exact: true }).click();
    await page.getByText("这份证据材料已通过。").waitFor();
    expect(complaints).toEqual([]);
    await page.context().clearCookies();
    await enter(page, "teacher", `/evidence/${set}/reviews`);
    await page.getByRole("heading", { name: "已通过" }).waitFor();
    await page.getByText("设计扎实，片段可以更长。").waitFor();
    await page.getByText("追问得好").waitFor();
    await shown(page, "outcome-zh");
    await page.getByRole("button", { name: "标记为已回应" }).click();
    await page.getByText("已回应", { exact: true }).waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Passed" }).waitFor();
    await shown(page, "outcome-en");
  });

  it("does so on a phone, from a link, without a mouse or a name", async () => {
    const { review } = await asked("assessment", "blind");
    window = await openWindow({ width: 360, height: 740, mobile: true });
    const { page } = window;
    await enter(page, "reviewer", `/reviews/${review}?t=4`);
    await page.getByRole("heading", { name: /^A6/, level: 1 }).waitFor();
    await page.getByText("匿名评审已隐去").waitFor();
    await filmUntil(page, ({ at, width }) => width > 0 && Math.abs(at - 4) < 0.3);
    expect(await page.locator("main").innerText()).not.toContain("王老师");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
    for (const group of await page.locator(".rubric fieldset").all())
      await group.getByRole("radio").nth(1).tap();
    await shown(page, "review-mobile-zh");
    await page.getByRole("button", { name: "English" }).tap();
    await page.getByRole("button", { name: "Submit the review" }).waitFor();
    await shown(page, "review-mobile-en");
    await page.getByRole("button", { name: "中文" }).tap();
    await page.getByRole("button", { name: "提交评审" }).tap();
    await page.getByText("已提交。").waitFor();
  });

  it("writes a peer review with the keyboard alone, in English", async () => {
    const { review } = await asked("peer");
    window = await openWindow({ language: "en" });
    const { page } = window;
    await enter(page, "reviewer", `/reviews/${review}`);
    await page.getByRole("heading", { name: /^A6/, level: 1 }).waitFor();
    expect(await page.locator(".rubric").count()).toBe(0);
    await page.keyboard.press("c");
    await page.keyboard.type("A good question here.");
    await page.keyboard.press("Control+Enter");
    await page.locator(".thread").getByText("A good question here.").waitFor();
    await shown(page, "review-peer-en");
    const submit = page.getByRole("button", { name: "Submit the review" });
    for (let n = 0; n < 60; n++) {
      if (await submit.evaluate((button) => button === document.activeElement)) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.getByText("Submitted.", { exact: true }).waitFor();
  });
});

describe("a teacher", () => {
  it("reads and writes comments beside the lesson; others' appear by themselves", async () => {
    window = await openWindow();
    const { page, complaints } = window;
    await enter(page, "teacher", `/lessons/${stage.lesson_id}?tab=comments`);
    await page.getByPlaceholder("写下这一刻的留言").waitFor();
    await page.getByPlaceholder("写下这一刻的留言").fill("这里可以更慢一些");
    await page.getByRole("button", { name: "到当前时刻" }).click();
    await page.getByRole("button", { name: "发送", exact: true }).click();
    await page.locator(".thread").getByText("这里可以更慢一些").waitFor();
    // Said elsewhere, seen here without a reload.
    await teacher.post("/comments", {
      subject: "lesson",
      subject_id: stage.lesson_id,
      text: "从手机上写的",
      start_ms: 3100,
    });
    const later = page.locator(".thread", { hasText: "从手机上写的" });
    await later.getByText("请同学们四人一组讨论。").waitFor();
    await later.getByRole("button", { name: "0:03" }).click();
    await filmUntil(page, ({ at }) => Math.abs(at - 3.1) < 0.3);
    await later.getByRole("button", { name: "回复" }).click();
    await later.getByLabel("回复").fill("好的");
    await later.getByRole("button", { name: "发送", exact: true }).click();
    await later.getByText("好的", { exact: true }).waitFor();
    await shown(page, "lesson-comments-zh");
    expect(complaints).toEqual([]);
  });
});

describe("an organiser", () => {
  it("asks reviewers and sees how far they are", async () => {
    const set = await handIn(teacher);
    window = await openWindow();
    const { page } = window;
    await enter(page, "group_lead", "/assignments");
    await page.locator(".set").first().waitFor();
    await page.locator(".set").first().getByRole("checkbox").check();
    await page.getByRole("group", { name: "评审人" }).getByText("评老师").click();
    await page.getByRole("group", { name: "匿名方式" }).getByText("双向匿名").click();
    await shown(page, "assignments-zh");
    await page.getByRole("button", { name: /^分派（1 份材料，1 人）/ }).click();
    await page.locator(".set").first().getByText("未开始").waitFor();
    const { items } = await lead.get<{ items: { id: string; assignments: unknown[] }[] }>(
      "/assignments/sets",
    );
    expect(items.find((one) => one.id === set)?.assignments).toHaveLength(1);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Assign reviews" }).waitFor();
    await shown(page, "assignments-en");
  });

  it("reads rubrics and sees what is not confirmed", async () => {
    window = await openWindow();
    const { page } = window;
    await enter(page, "administrator", "/rubrics");
    await page.locator("details.rubric").first().waitFor();
    await page.locator("details.rubric summary").first().click();
    await page.getByText("待核实").first().waitFor();
    const choosing = page.waitForEvent("filechooser");
    await page.getByLabel("选择 XLSX 文件").click();
    const bad = { name: "a.xlsx", mimeType: "application/zip", buffer: Buffer.from("no table") };
    await (await choosing).setFiles(bad);
    await page.getByText(/不是有效的评价标准表/).waitFor();
    await shown(page, "rubrics-zh");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Rubrics", exact: true }).waitFor();
    await shown(page, "rubrics-en");
  });
});
