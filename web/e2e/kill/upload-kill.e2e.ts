import { basename } from "node:path";
import { expect, it } from "vitest";
import { openWindow, picture } from "../browser";
import { signIn, stage } from "../stage";

/** A real file, and a server that `tests/e2e/test_upload_kill.py` kills while it comes in. */
const FILE = process.env.GUANKE_FILE ?? "";

it("an upload outlives the death of the server, and the lesson becomes ready", async () => {
  const { browser, context, page } = await openWindow();
  await signIn(context, "operator");
  await page.goto(`${stage.address}/upload`);
  const line = await context.newCDPSession(page);
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 250_000,
  });
  await page.locator('input[type="file"][multiple]').setInputFiles(FILE);
  const row = page.getByRole("listitem", { name: basename(FILE), exact: true });
  await row.getByText("正在上传").waitFor();
  // The server dies at a moment of its own choosing; the page says so and goes on by itself.
  await row.getByText("连接中断，会自动继续").waitFor({ timeout: 120_000 });
  await line.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  await row.getByText("已上传，文件安全保存").waitFor({ timeout: 120_000 });
  await row.getByText("可以观看").waitFor({ timeout: 400_000 });
  await picture(page, "upload-ready-zh");
  await row.getByRole("link", { name: "打开这节课" }).waitFor();
  expect(await row.getByText("没有重复保存").count()).toBe(0);
  await browser.close();
}, 600_000);
