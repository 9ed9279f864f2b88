import { holds, same } from "./expect";

export async function ai() {
  const { AI } = ketrics;
  const answer = await AI.chat({ model: AI.Models.HAIKU, messages: [{ role: "user", content: "Hello" }], systemPrompt: "Be short.", maxTokens: 10, temperature: 0 });
  same("chat", [typeof answer.content, answer.model, typeof answer.stopReason], ["string", "haiku", "string"]);
  holds("usage", answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
  same("Models", { ...AI.Models }, { HAIKU: "haiku", SONNET: "sonnet", SONNET_4_5: "sonnet-4.5", OPUS: "opus" });
  const errors = [new AI.FeatureDisabledError(), new AI.AccessDeniedError("haiku"), new AI.RateLimitError("slow down", 3), new AI.QuotaExceededError(10, 0), new AI.InvalidRequestError("no"), new AI.ModelError("haiku", "down")];
  for (const error of errors) holds(error.name, error instanceof AI.AIError && AI.isError(error));
  holds("isErrorType", AI.isErrorType(errors[5], AI.ModelError));
}
