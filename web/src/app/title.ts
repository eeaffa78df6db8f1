import { watchEffect, type Ref } from "vue";
import { useI18n } from "vue-i18n";

/** Let the window's title name what the page shows, such as the topic of a lesson. */
export function useTitle(shown: Ref<string | undefined>): void {
  const { t } = useI18n();
  watchEffect(() => {
    if (shown.value) document.title = `${shown.value} · ${t("app.product")}`;
  });
}
