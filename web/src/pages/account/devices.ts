import { language } from "@/i18n/language";

type Translate = (key: string) => string;

/** Programs that show pages of their own; their names are texts. */
const PROGRAMS: [RegExp, (t: Translate) => string][] = [
  [/DingTalk/i, (t) => t("account.sessions.browser.dingtalk")],
  [/wxwork/i, (t) => t("account.sessions.browser.wecom")],
  [/MicroMessenger/i, (t) => t("account.sessions.browser.wechat")],
];
const BROWSERS: [RegExp, string][] = [
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
export function browserOf(agent: string, t: Translate): string {
  const named = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(agent))?.[1];
  const program = PROGRAMS.find(([sign]) => sign.test(agent))?.[1](t);
  return [program ?? named(BROWSERS), named(SYSTEMS)].filter(Boolean).join(" · ");
}

/** Return a moment as people write it: day and time. */
export function moment(text: string): string {
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  return new Date(text).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}
