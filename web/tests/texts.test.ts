import { parse as parseTemplate, NodeTypes, type TemplateChildNode } from "@vue/compiler-dom";
import { parse } from "@vue/compiler-sfc";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

type Texts = { [key: string]: string | Texts };

const SRC = join(import.meta.dirname, "../src");
const HAN = /\p{Script=Han}/u;
const WORDS = /\p{Script=Han}|[A-Za-z]{2,}/u;
const SHOWN = new Set(["title", "alt", "placeholder", "label", "aria-label", "description"]);

const files = (ending: RegExp) =>
  readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .filter((name) => !name.endsWith(".test.ts") && name !== "api/schema.ts");
const read = (name: string) => readFileSync(join(SRC, name), "utf8");
const names = (language: string) => files(new RegExp(`^i18n/${language}/.*\\.json$`));
const texts = (language: string, name: string) =>
  JSON.parse(read(`i18n/${language}/${name}.json`)) as Texts;

function keys(tree: Texts, before = ""): string[] {
  return Object.entries(tree).flatMap(([name, inside]) =>
    typeof inside === "string" ? [before + name] : keys(inside, `${before}${name}.`),
  );
}

const pages = names("zh").map((file) => /(\w[\w-]*)\.json$/.exec(file)![1]!);
const known = new Set(pages.flatMap((page) => keys(texts("zh", page), `${page}.`)));

describe("the texts", () => {
  it("exist in both languages, file by file and key by key", () => {
    expect(names("en").map((n) => n.slice(8))).toEqual(names("zh").map((n) => n.slice(8)));
    for (const page of pages)
      expect(keys(texts("en", page)).sort(), page).toEqual(keys(texts("zh", page)).sort());
  });

  it("take the same facts in both languages", () => {
    const facts = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
    for (const page of pages) {
      const [zh, en] = [texts("zh", page), texts("en", page)];
      const at = (tree: Texts, key: string) =>
        key.split(".").reduce<string | Texts>((t, k) => (t as Texts)[k]!, tree) as string;
      for (const key of keys(zh))
        expect(facts(at(en, key)), `${page}.${key}`).toEqual(facts(at(zh, key)));
    }
  });

  it("speak Chinese in Chinese, with full-width punctuation, and no Chinese in English", () => {
    for (const page of pages) {
      for (const text of Object.values(flat(texts("zh", page))))
        expect(text, page).not.toMatch(/\p{Script=Han}[,;:!?]|[,;!?]\p{Script=Han}/u);
      for (const [key, text] of Object.entries(flat(texts("en", page))))
        if (!OTHER_LANGUAGE.has(`${page}.${key}`)) expect(text, `${page}.${key}`).not.toMatch(HAN);
    }
  });

  it("are there for every key that the code names", () => {
    const missing: string[] = [];
    for (const file of files(/\.(vue|ts)$/)) {
      for (const [, key] of read(file).matchAll(/\bt[cem]?\(\s*["']([\w-]+\.[\w.-]+)["']/g))
        if (!known.has(key!)) missing.push(`${file}: ${key}`);
      // A key put together from a part that is known: t(`lessons.state.${state}`)
      for (const [, start] of read(file).matchAll(/\bt\(\s*`([\w-]+\.[\w.-]*)\$\{/g))
        if (![...known].some((key) => key.startsWith(start!))) missing.push(`${file}: ${start}…`);
    }
    expect(missing).toEqual([]);
  });

  it("are never left in templates", () => {
    const left: string[] = [];
    for (const file of files(/\.vue$/)) {
      const template = parse(read(file)).descriptor.template?.content ?? "";
      walk(parseTemplate(template).children, (text) => {
        if (WORDS.test(text)) left.push(`${file}: ${text.trim()}`);
      });
    }
    expect(left).toEqual([]);
  });

  it("are never left in code", () => {
    const left: string[] = [];
    for (const file of files(/\.(vue|ts)$/)) {
      const code = file.endsWith(".vue")
        ? (parse(read(file)).descriptor.scriptSetup?.content ?? "")
        : read(file);
      strings(code, (text) => {
        if (HAN.test(text)) left.push(`${file}: ${text}`);
      });
    }
    expect(left).toEqual([]);
  });
});

/** Texts that are in the other language on purpose. */
const OTHER_LANGUAGE = new Set(["app.otherLanguage", "app.otherLanguageHint"]);

function flat(tree: Texts, before = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, inside]) =>
      typeof inside === "string"
        ? [[before + name, inside]]
        : Object.entries(flat(inside, `${before}${name}.`)),
    ),
  );
}

function walk(nodes: TemplateChildNode[], found: (text: string) => void): void {
  for (const node of nodes) {
    if (node.type === NodeTypes.TEXT) found(node.content);
    if (node.type !== NodeTypes.ELEMENT) continue;
    for (const prop of node.props)
      if (prop.type === NodeTypes.ATTRIBUTE && SHOWN.has(prop.name) && prop.value)
        found(prop.value.content);
    walk(node.children, found);
  }
}

function strings(code: string, found: (text: string) => void): void {
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    )
      found(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("x.ts", code, ts.ScriptTarget.Latest));
}
