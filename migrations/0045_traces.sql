-- Queries keep the place in a distributed trace that they were submitted with, and runs get to know it.

alter table sluice.queries add column tracestate text;
comment on column sluice.queries.traceparent is
  'W3C Trace Context of the submission, version 00: the parent of the spans of its runs; null: none.';
comment on column sluice.queries.tracestate is 'What came with it for the systems that take part in the trace; null: nothing.';
