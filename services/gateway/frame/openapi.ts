import type { Problem } from "@lienthong/http/problem.ts";
import { z } from "zod";
import { refusedStatus, type Replies, type Route } from "./route.ts";

type Json = { [name: string]: unknown };

/** Describes routes in OpenAPI 3.1, from the very schemas that check what comes in and shape what goes out. */
export function openApi(routes: readonly Route[]): Json {
  const schemas: Json = {};
  const inComponents = componentsInto(schemas);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route, inComponents) };
  }
  inComponents(problem);
  return {
    openapi: "3.1.0",
    info: {
      title: "Liên Thông",
      version: "1",
      description:
        "The shared platform of Vietnam's libraries, for programs. Errors are problem details (RFC 9457) with a `code`. " +
        "A rule that refuses is 404 where something is asked for, 409 where something is to be done, 422 where a file is " +
        "not usable; `details` names what the rule's sentence names.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      parameters: { IdempotencyKey: idempotencyKey, Library: libraryHeader },
      responses: {
        Problem: { description: "Why not", content: { "application/problem+json": { schema: problemRef } } },
      },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An access token of the realm." },
      },
    },
  };
}

/** Which names of a query are lists. */
export function listsIn(query: z.ZodType | undefined): ReadonlySet<string> {
  const { properties = {} } = query ? inputOf(query) : {};
  return new Set(Object.keys(properties).filter((name) => properties[name]?.type === "array"));
}

function operation(route: Route, inComponents: (shape: z.ZodType) => Json): Json {
  const body = route.file
    ? { required: true, content: Object.fromEntries(route.file.map((kind) => [kind, { schema: {} }])) }
    : route.body && { required: true, content: { "application/json": { schema: inComponents(route.body) } } };
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [tagOf(route)],
    security: route.public ? [{}, { bearer: [] }] : [{ bearer: [] }],
    parameters: [
      ...parametersIn("path", route.params),
      ...parametersIn("query", route.query),
      ...(route.public ? [] : [{ $ref: "#/components/parameters/Library" }]),
      ...(route.method === "POST" ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
    ],
    ...(body ? { requestBody: body } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.replies).map(([status, reply]) => [status, response(reply, inComponents)]),
      ),
      [refusedStatus(route)]: { $ref: "#/components/responses/Problem" },
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

/** `/api/v1/titles/{id}` belongs to titles. */
const tagOf = (route: Route) => route.path.split("/")[3] ?? "";

function response(reply: Replies[number], inComponents: (shape: z.ZodType) => Json): Json {
  if ("lines" in reply) {
    const content = { "application/x-ndjson": { schema: inComponents(reply.lines) } };
    return { description: "Many lines, each of this shape", content };
  }
  const description = reply.description ?? "Done";
  if (reply instanceof z.ZodUndefined) return { description };
  return { description, content: { "application/json": { schema: inComponents(reply) } } };
}

function parametersIn(place: "path" | "query", shape: z.ZodType | undefined): Json[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = inputOf(shape);
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

type ObjectShape = { properties?: Record<string, Json>; required?: string[]; $defs?: Json };

/** What a shape looks like on the wire: the input side of its codecs. */
const inputOf = (shape: z.ZodType): ObjectShape & Json =>
  z.toJSONSchema(shape, {
    io: "input",
    override: ({ jsonSchema }) => {
      // `format` says it; the pattern that zod checks by is longer than the rest of the description.
      if (jsonSchema.format === "date-time" || jsonSchema.format === "uuid") delete jsonSchema.pattern;
    },
  }) as never;

/** Shapes with a name (`.meta({ id })`) are described once, among the components, and pointed to. */
function componentsInto(schemas: Json): (shape: z.ZodType) => Json {
  return (shape) => {
    const { $schema: _, $defs = {}, ...schema } = inputOf(shape);
    for (const [name, named] of Object.entries($defs)) schemas[name] = pointed(named);
    return pointed(schema) as Json;
  };
}

const pointed = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'));

const problem: z.ZodType<Problem> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("From the error catalogue."),
    detail: z.string().optional(),
    details: z.record(z.string(), z.string()).optional(),
    fields: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
  })
  .meta({ id: "Problem" }) as never;
const problemRef = { $ref: "#/components/schemas/Problem" };

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  description: "New for each thing to be done. The same key again is given the first answer, for 30 days.",
  schema: { type: "string", minLength: 8, maxLength: 200, pattern: "^[!-~]+$" },
};

const libraryHeader = {
  name: "Library",
  in: "header",
  required: false,
  description: "For which library you act, where your token has roles at several. A path that names a library says it.",
  schema: { type: "string" },
};
