/** How a step at work stands: its worker lives and it moves; it moves no more; its worker is gone. */
export function standing(step: { lost: boolean; hung: boolean }): "fine" | "quiet" | "lost" {
  if (step.lost) return "lost";
  return step.hung ? "quiet" : "fine";
}

/** How long something lasts, to the second where seconds matter: its text's key and number. */
export function lasting(ms: number): { key: "seconds" | "minutes" | "hours"; count: number } {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return { key: "seconds", count: seconds };
  const minutes = Math.floor(seconds / 60);
  return minutes < 120
    ? { key: "minutes", count: minutes }
    : { key: "hours", count: Math.floor(minutes / 60) };
}
