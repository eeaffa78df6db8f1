import { useI18n } from "vue-i18n";
import { roughly } from "@/components/amounts";

/** Sentences about time that several pages say. */
export function useWords() {
  const { t } = useI18n();
  /** `约 3 分钟` */
  const about = (seconds: number): string => {
    const { unit, n } = roughly(seconds);
    return t(`processing.about.${unit}`, { n });
  };
  return { about };
}
