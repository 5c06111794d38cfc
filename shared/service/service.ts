import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Consumer } from "@lienthong/bus/consumer.ts";
import { type EventType, eventsOf, ownerOf } from "@lienthong/bus/event.ts";
import type { Retelling } from "@lienthong/bus/republish.ts";
import type { AnyJob } from "@lienthong/jobs/job.ts";
import type { Answer, Answers } from "@lienthong/rpc/answer.ts";
import type { Callable } from "@lienthong/rpc/callable.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";

/** Which calls of which services a service makes; `all` for the doors, whose every page makes others. */
export type Calls = { readonly [Name in Callable]?: "all" | readonly (keyof Clients[Name])[] };

/** What a service is to others. NATS permissions, network policies and the diagram in the docs are made from it. */
export type Service = {
  readonly name: string;
  readonly definition: ServiceDefinition;
  readonly answers: Record<string, Answer<never, unknown>>;
  readonly publishes: readonly EventType<never>[];
  readonly retells: readonly Retelling[];
  readonly consumes: readonly Consumer[];
  readonly calls: Calls;
  readonly jobs: readonly AnyJob[];
  /** Calls that may come without a token. */
  readonly public: readonly string[];
};

type Declaration<Server> = {
  /** The proto's service and an answer to each of its calls. */
  answers?: { to: ServiceDefinition; with: Answers<Server> };
  /** The generated module of the service's events.proto. */
  publishes?: Record<string, unknown>;
  /** How each kind of aggregate is told again; every event that carries a state has one. */
  retells?: readonly Retelling[];
  consumes?: readonly Consumer[];
  calls?: Calls;
  jobs?: readonly AnyJob[];
  public?: readonly string[];
};

/**
 * Declares a service: the one place that says what it answers, publishes, consumes, calls and shows to the public.
 * @throws Error when it would publish an event of another service
 */
export function service<Server>(name: string, declared: Declaration<Server>): Service {
  const publishes = eventsOf(declared.publishes ?? {});
  for (const event of publishes) {
    if (ownerOf(event) !== name)
      throw new Error(`${name} cannot publish ${event.$type}: it belongs to ${ownerOf(event)}`);
  }
  return {
    name,
    definition: declared.answers?.to ?? {},
    answers: (declared.answers?.with ?? {}) as unknown as Record<string, Answer<never, unknown>>,
    publishes,
    retells: declared.retells ?? [],
    consumes: declared.consumes ?? [],
    calls: declared.calls ?? {},
    jobs: declared.jobs ?? [],
    public: declared.public ?? [],
  };
}

/** The services whose streams a service hears. */
export const hears = (declared: Service): string[] =>
  [...new Set(declared.consumes.map((consumer) => consumer.owner))].sort();
