import { language } from "@/i18n/language";

const BROWSERS: [RegExp, string][] = [
  [/DingTalk/i, "钉钉"],
  [/wxwork/i, "企业微信"],
  [/MicroMessenger/i, "微信"],
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** Return what a person calls the browser that names itself `agent`; empty where it is not known. */
export function browserOf(agent: string): string {
  const known = [BROWSERS, SYSTEMS].map((list) => list.find(([sign]) => sign.test(agent))?.[1]);
  return known.filter(Boolean).join(" · ");
}

/** Return a moment as people write it: day and time. */
export function moment(text: string): string {
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  return new Date(text).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}
