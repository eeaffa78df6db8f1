import { ref } from "vue";

/** The languages of the product. */
export type Language = "zh" | "en";

const KEPT = "guanke.language";

function remembered(): Language {
  const kept = localStorage.getItem(KEPT);
  return kept === "en" || kept === "zh" ? kept : "zh";
}

/** The language of the page; requests ask for answers in it too. */
export const language = ref<Language>(remembered());

/** Remember a choice of language. */
export function keepLanguage(chosen: Language): void {
  localStorage.setItem(KEPT, chosen);
  language.value = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
}
