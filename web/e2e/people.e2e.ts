import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { violations } from "./axe";
import { openWindow, picture, type Window } from "./browser";
import { enter } from "./people";
import { stage } from "./stage";

let window: Window;

beforeEach(async () => {
  window = await openWindow();
});
afterEach(async () => {
  await window.browser.close();
});

const TABLE = Buffer.from(
  "工号,姓名,教研组,角色\nZ101,赵老师,语文组,教师\nZ102,,语文组,教师\nZ103,孙老师,语文组,校工\n",
);

describe("accounts", () => {
  it("signs in by hand, and out again", async () => {
    const { page, complaints } = window;
    const { account, password } = stage.accounts.teacher ?? { account: "", password: "" };
    await page.goto(`${stage.address}/lessons`);
    await page.getByRole("heading", { name: "登录" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "sign-in-zh");
    await page.getByLabel("工号或姓名").fill(account);
    await page.getByLabel("密码").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "二次函数的图像" }).waitFor();
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.getByRole("heading", { name: "登录" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("welcomes somebody new: added, one-time password, own password, signed in", async () => {
    const { page, context } = window;
    await enter(page, "administrator", "/people");
    await page.getByRole("cell", { name: "王老师", exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "people-zh");
    await page.getByRole("button", { name: "添加人员" }).click();
    const form = page.getByRole("form", { name: "添加人员" });
    await form.getByLabel("工号").fill("X900");
    await form.getByLabel("姓名").fill("钱老师");
    await form.getByLabel("数学组").check();
    expect(await violations(page)).toEqual([]);
    await picture(page, "person-zh");
    await form.getByRole("button", { name: "保存" }).click();
    const password = await page.locator(".given code").innerText();
    await page.getByRole("cell", { name: "钱老师", exact: true }).waitFor();
    await context.clearCookies();
    await page.goto(`${stage.address}/`);
    await page.getByLabel("工号或姓名").fill("钱老师");
    await page.getByLabel("密码").fill(password);
    await page.getByRole("button", { name: "登录" }).click();
    await page.getByRole("heading", { name: "设置您的密码" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "first-password-zh");
    await page.getByLabel("当前密码").fill(password);
    await page.getByLabel("新密码", { exact: true }).fill("我自己的一句好话 1");
    await page.getByLabel("再输入一次新密码").fill("我自己的一句好话 1");
    await page.getByRole("button", { name: "保存新密码" }).click();
    await page.getByRole("heading", { level: 1, name: /您好/ }).waitFor();
  });

  it("takes people in by a table, after a look at each row", async () => {
    const { page } = window;
    await enter(page, "administrator", "/people");
    await page.getByRole("button", { name: "批量导入" }).click();
    const table = { name: "名单.csv", mimeType: "text/csv", buffer: TABLE };
    await page.getByLabel("表格文件").setInputFiles(table);
    await page.getByText("新增 1 人").waitFor();
    await page.getByText("缺少姓名").waitFor();
    await page.getByText("没有“校工”这个角色").waitFor();
    await page.getByText("将同时新建教研组：语文组").waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "people-import-zh");
    await page.getByRole("button", { name: "确认导入" }).click();
    await page.getByRole("link", { name: "下载一次性密码名单" }).waitFor();
    await page.getByRole("cell", { name: "赵老师", exact: true }).first().waitFor();
  });

  it("keeps the school and shows what was done, in both languages", async () => {
    const { page, complaints } = window;
    await enter(page, "administrator", "/school");
    const campuses = page.getByRole("region", { name: "校区" });
    await campuses.getByLabel("新建：校区").fill("东校区");
    await page.keyboard.press("Enter");
    await campuses.getByText("东校区").waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "school-zh");
    await page.getByRole("link", { name: "操作记录" }).click();
    await page.getByRole("cell", { name: "添加校区、教研组或教室" }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "audit-zh");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Audit" }).waitFor();
    for (const [link, name] of [
      ["Audit", "audit"],
      ["School", "school"],
      ["People", "people"],
    ] as const) {
      await page.getByRole("link", { name: link, exact: true }).click();
      await page.getByRole("heading", { name: link, level: 1 }).waitFor();
      expect(await violations(page), name).toEqual([]);
      await picture(page, `${name}-en`);
    }
    expect(complaints).toEqual([]);
  });

  it("shows one's own account: devices and keys", async () => {
    const { page } = window;
    await enter(page, "teacher", "/account");
    await page.getByText("本设备").waitFor();
    await page.getByRole("button", { name: "新建接口密钥" }).click();
    await page.getByLabel("名称（用在哪里）").fill("上传脚本");
    await page.getByRole("button", { name: "生成密钥" }).click();
    await page.getByText(/^gk_/).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, "account-zh");
    await page.getByRole("button", { name: "停用密钥：上传脚本" }).click();
    await page.getByText("gk_").first().waitFor({ state: "detached" });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth),
      "no sideways scrolling on a phone",
    ).toBeLessThanOrEqual(360);
    await picture(page, "account-phone");
  });
});
