import type { Noun } from "@/api/client";
import { day } from "@/components/times";
import type { Language } from "@/i18n/language";

type Translate = (key: string, named: Record<string, string>) => string;

/** Return what a notice says, as one sentence. */
export function sentence(notice: Noun<"Notice">, t: Translate, language: Language): string {
  const facts = notice.facts as Record<string, string>;
  const named = {
    title: facts.title || t("notices.something", {}),
    by: facts.by || t("notices.somebody", {}),
  };
  const aim = facts.aim === "choose" || facts.aim === "submit" ? facts.aim : "other";
  const key = notice.kind === "reminder" ? `reminder.${aim}` : notice.kind;
  const said = t(`notices.kind.${key}`, named);
  return facts.until
    ? `${said} · ${t("notices.until", { day: day(facts.until, language) })}`
    : said;
}
