import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { createPinia } from "pinia";
import { createApp } from "vue";
import "element-plus/theme-chalk/base.css";
import App from "@/app/App.vue";
import { queryDefaults } from "@/api/queries";
import { makeRouter } from "@/app/router";
import { i18n, startLanguage } from "@/i18n";
import "@/app/theme.css";
import "@/app/base.css";

await startLanguage();
createApp(App)
  .use(createPinia())
  .use(i18n)
  .use(VueQueryPlugin, { queryClient: new QueryClient(queryDefaults) })
  .use(makeRouter())
  .mount("#app");
