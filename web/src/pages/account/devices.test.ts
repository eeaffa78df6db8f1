import { expect, it } from "vitest";
import { browserOf } from "./devices";

const key = (name: string) => name;
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";

it("names the browser and the system, the innermost first", () => {
  expect(browserOf(`${WINDOWS} Chrome/131.0 Safari/537.36`, key)).toBe("Chrome · Windows");
  expect(browserOf(`${WINDOWS} Chrome/131.0 Safari/537.36 Edg/131.0`, key)).toBe("Edge · Windows");
  expect(browserOf("Mozilla/5.0 (Linux; Android 14) Chrome/120 DingTalk/7.6", key)).toBe(
    "account.sessions.browser.dingtalk · Android",
  );
});

it("says nothing of what it does not know", () => {
  expect(browserOf("curl/8.0", key)).toBe("");
});
