// The API of a warehouse, as its documentation: eight things, five calls each.
const THINGS = ["order", "parcel", "customer", "product", "supplier", "invoice", "return", "shelf"];
const schema = (name) => ({
  type: "object",
  required: ["id", "name"],
  properties: {
    id: { type: "integer", format: "int64", example: 17 },
    name: { type: "string", example: `A ${name}` },
    state: { type: "string", enum: ["new", "waiting", "done"], description: `How far this ${name} is` },
    created_at: { type: "string", format: "date-time" },
    tags: { type: "array", items: { type: "string" }, maxItems: 12 },
  },
});
const answer = (name, many) => {
  const one = { $ref: `#/components/schemas/${name}` };
  const body = { "application/json": { schema: many ? { type: "array", items: one } : one } };
  return { 200: { description: `What is known of the ${name}`, content: body }, 404: { description: "Not found" } };
};
const id = { name: "id", in: "path", required: true, schema: { type: "integer" }, description: "Its number" };
const limit = { name: "limit", in: "query", schema: { type: "integer", default: 20 }, description: "At most so many" };
const state = { name: "state", in: "query", schema: { type: "string", enum: ["new", "waiting", "done"] } };
const call = (name, summary, parameters, many = false) => ({
  tags: [name],
  summary,
  description: `${summary}. Answers within the limits of the account, **never** with what belongs to another one.`,
  parameters,
  responses: answer(name, many),
});
const body = (name) => ({
  requestBody: { required: true, content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } } },
});
const paths = {};
for (const name of THINGS) {
  paths[`/${name}s.json`] = {
    get: call(name, `Lists every ${name}`, [limit, state], true),
    post: { ...call(name, `Makes a new ${name}`, []), ...body(name) },
  };
  paths[`/${name}s/{id}.json`] = {
    get: call(name, `Shows one ${name}`, [id]),
    put: { ...call(name, `Changes one ${name}`, [id]), ...body(name) },
    delete: call(name, `Removes one ${name}`, [id]),
  };
}
window.ui = SwaggerUIBundle({
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  spec: {
    openapi: "3.0.3",
    info: { title: "Warehouse", version: "2.1", description: "Orders, parcels and what is around them." },
    servers: [{ url: location.origin }],
    tags: THINGS.map((name) => ({ name, description: `Everything about a ${name}` })),
    paths,
    components: { schemas: Object.fromEntries(THINGS.map((name) => [name, schema(name)])) },
  },
});
