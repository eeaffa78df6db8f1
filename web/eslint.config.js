import prettier from "eslint-config-prettier";
import vue from "eslint-plugin-vue";
import typescript from "typescript-eslint";

export default typescript.config(
    { ignores: ["node_modules", "src/api/schema.ts", "e2e/browser/node_modules", "shots"] },
    ...typescript.configs.recommended,
    ...vue.configs["flat/recommended"],
    {
        files: ["**/*.vue"],
        languageOptions: { parserOptions: { parser: typescript.parser } },
    },
    {
        files: ["**/*.{ts,vue}"],
        rules: {
            "max-lines": ["error", { max: 300, skipBlankLines: true }],
            "no-console": "error",
            eqeqeq: ["error", "always", { null: "ignore" }],
            "vue/block-lang": ["error", { script: { lang: "ts" } }],
            "vue/component-api-style": ["error", ["script-setup"]],
            "vue/no-v-html": "error",
            "vue/multi-word-component-names": "off", // pages are called after their noun
            "vue/no-deprecated-slot-attribute": "off", // media-chrome's elements have real slots
            "vue/require-default-prop": "off", // types say what is optional
        },
    },
    {
        rules: {
            "no-undef": "off", // TypeScript knows
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
        },
    },
    prettier,
);
