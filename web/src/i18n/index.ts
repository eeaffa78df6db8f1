import { nextTick } from "vue";
import { createI18n } from "vue-i18n";
import { keepLanguage, language, type Language } from "./language";

type Texts = Record<string, unknown>;
const files = import.meta.glob<{ default: Texts }>("./*/*.json");
const wanted = new Set(["app"]);

export const i18n = createI18n({
  legacy: false,
  locale: language.value,
  messages: { zh: {}, en: {} },
  missingWarn: import.meta.env.DEV,
  fallbackWarn: import.meta.env.DEV,
});

/** Load the texts of pages, by the names of their files, in the language of the page. */
export async function loadTexts(names: readonly string[]): Promise<void> {
  for (const name of names) wanted.add(name);
  await fill(language.value);
}

/** Show the page in a language; texts first, so that no key is ever seen. */
export async function changeLanguage(chosen: Language): Promise<void> {
  await fill(chosen);
  i18n.global.locale.value = chosen;
  keepLanguage(chosen);
  await nextTick();
}

/** Begin in the language chosen last. */
export async function startLanguage(): Promise<void> {
  await changeLanguage(language.value);
}

async function fill(chosen: Language): Promise<void> {
  const known = i18n.global.getLocaleMessage(chosen) as Texts;
  const missing = [...wanted].filter((name) => !(name in known));
  await Promise.all(
    missing.map(async (name) => {
      const load = files[`./${chosen}/${name}.json`];
      if (!load) throw new Error(`no texts ${chosen}/${name}.json`);
      i18n.global.mergeLocaleMessage(chosen, { [name]: (await load()).default });
    }),
  );
}
