import { hears, type Service } from "@lienthong/service/service.ts";

/**
 * The picture of the services as mermaid text: solid arrows are calls, dotted ones events, each with what goes over it.
 * It is made from what every service.ts says of itself.
 */
export function diagramOf(services: readonly Service[]): string {
  const lines = ["```mermaid", "flowchart LR"];
  for (const { name } of services) lines.push(`  ${name}[${name}]`);
  for (const service of services) {
    for (const [callee, calls] of Object.entries(service.calls)) {
      lines.push(`  ${service.name} -->|${calls === "all" ? "calls" : calls.join(", ")}| ${callee}`);
    }
  }
  for (const service of services) {
    for (const owner of hears(service)) {
      const events = service.consumes
        .filter((consumer) => consumer.owner === owner)
        .map((consumer) => consumer.type.$type.split(".").at(-1));
      lines.push(`  ${owner} -.->|${[...new Set(events)].join(", ")}| ${service.name}`);
    }
  }
  return [...lines, "```"].join("\n");
}
