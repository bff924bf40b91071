-- What realtime needs in every database: the publications it streams and the functions that decide who may see a
-- change. Run by the superuser at every start; re-running changes nothing.

-- Two desks starting on one database at once would otherwise collide in "create or replace".
select pg_advisory_xact_lock(hashtext('realtime setup'));

create schema if not exists realtime;

do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
  -- A session's end arrives in the same ordered stream as the changes it may no longer see.
  if not exists (select from pg_publication where pubname = 'realtime_sessions') then
    create publication realtime_sessions for table auth.sessions with (publish = 'delete');
  end if;
end
$$;

-- The SQL of one filter condition. `subject` and `operand` are SQL expressions: the column's value, already of type
-- `kind`, and the text the subscriber compares it with.
create or replace function realtime.condition_sql(
  op text, negated boolean, subject text, kind text, operand text
) returns text language plpgsql immutable as $$
declare
  symbols constant jsonb := '{"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=",
                              "like": "like", "ilike": "ilike", "match": "~", "imatch": "~*"}';
  predicate text;
begin
  predicate := case op
    when 'in' then format('%s = any ((%s)::%s[])', subject, operand, kind)
    when 'isdistinct' then format('%s is distinct from (%s)::%s', subject, operand, kind)
    when 'is' then format(
      'case when (%2$s) in (''null'', ''unknown'') then %1$s is null else %1$s::text = (%2$s) end', subject, operand)
    else format('%s %s (%s)::%s', subject, symbols ->> op, operand, kind)
  end;
  return case when negated then format('not (%s)', predicate) else predicate end;
end
$$;

-- Whether each binding of a channel can be served. `bindings`: [{"role", "schema", "table", "columns": ["…"] | null,
-- "conditions": [["column", "op", "value", negated]]}]. Returns one row a binding, in order; `problem` is null when it
-- can be, '' when no table of the publication fits, else what is wrong with it.
create or replace function realtime.check_bindings(bindings jsonb)
returns table (problem text) language plpgsql set search_path = public, extensions as $$
declare
  binding jsonb;
  condition jsonb;
  entity regclass;
  column_name text;
  kind text;
begin
  for binding in select value from jsonb_array_elements(bindings) loop
    problem := '';
    begin
      for entity in
        select format('%I.%I', schemaname, tablename)::regclass
        from pg_publication_tables
        where pubname = 'supabase_realtime'
          and binding ->> 'schema' in (schemaname, '*')
          and binding ->> 'table' in (tablename, '*')
      loop
        problem := null;
        for condition in select value from jsonb_array_elements(binding -> 'conditions') loop
          column_name := condition ->> 0;
          kind := realtime.readable_type(binding ->> 'role', entity, column_name);
          if kind is null then
            raise exception 'invalid column for filter %', column_name;
          end if;
          if condition ->> 1 = 'is' then
            if condition ->> 2 not in ('null', 'true', 'false', 'unknown') then
              raise exception 'invalid value for is filter: must be null, true, false, or unknown';
            elsif condition ->> 2 <> 'null' and kind <> 'boolean' then
              raise exception 'is % filter requires a boolean column, got %', condition ->> 2, kind;
            end if;
          elsif condition ->> 1 = 'in' and condition ->> 2 ~ '^[^"]*$'
            and array_length(string_to_array(condition ->> 2, ','), 1) > 100 then
            raise exception 'too many values for `in` filter. Maximum 100';
          elsif condition ->> 1 in ('match', 'imatch') then
            perform '' ~ (condition ->> 2);
          end if;
          execute 'select ' || realtime.condition_sql(
            condition ->> 1, (condition ->> 3)::boolean, format('null::%s', kind), kind, quote_literal(condition ->> 2));
        end loop;
        if binding ->> 'columns' is not null then
          for column_name in select value from jsonb_array_elements_text(binding -> 'columns') loop
            if realtime.readable_type(binding ->> 'role', entity, column_name) is null then
              raise exception 'invalid column for select %', column_name;
            end if;
          end loop;
        end if;
      end loop;
    exception when others then
      problem := format('ERROR %s %s', sqlstate, sqlerrm);
    end;
    return next;
  end loop;
end
$$;

-- The type of a column that `viewer` may read; null when there is no such column for them.
create or replace function realtime.readable_type(viewer text, entity regclass, column_name text)
returns text language sql stable as $$
  select format_type(atttypid, null)
  from pg_attribute
  where attrelid = entity and attname = column_name and attnum > 0 and not attisdropped
    and has_column_privilege(viewer, attrelid, attnum, 'SELECT')
$$;

create or replace function realtime.primary_key(entity regclass) returns text[] language sql stable as $$
  select array_agg(attname::text)
  from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
  where indrelid = entity and indisprimary
$$;

-- A condition that finds a row by its primary key, taken from the jsonb expression `source`.
create or replace function realtime.key_sql(entity regclass, source text) returns text language sql stable as $$
  select string_agg(format('row_.%I = (%s ->> %L)::%s', attname, source, attname, format_type(atttypid, null)), ' and ')
  from pg_attribute
  where attrelid = entity and attname = any (realtime.primary_key(entity))
$$;

-- Which of the conditions hold for a row: their indexes as a jsonb array. All conditions that differ only in their
-- value (a hundred subscribers, each with its own ticket) are one query.
create or replace function realtime.conditions_met(entity regclass, conditions jsonb, row_values jsonb)
returns jsonb language plpgsql stable as $$
declare
  column_name text;
  op text;
  negated boolean;
  operands text[];
  positions int[];
  kind text;
  met int[];
  all_met int[] := '{}';
begin
  for column_name, op, negated, operands, positions in
    select value ->> 0, value ->> 1, (value ->> 3)::boolean,
           array_agg(value ->> 2), array_agg(ordinality::int - 1)
    from jsonb_array_elements(conditions) with ordinality
    where row_values ? (value ->> 0)
    group by 1, 2, 3
  loop
    begin
      select format_type(atttypid, null) into strict kind
      from pg_attribute where attrelid = entity and attname = column_name and not attisdropped;
      execute format(
        'select array_agg(position_) from unnest($1, $2) as operand_ (text_, position_),
         (select ($3 ->> %L)::%s as value_) subject_ where %s',
        column_name, kind, realtime.condition_sql(op, negated, 'value_', kind, 'text_'))
      into met using operands, positions, row_values;
      all_met := all_met || coalesce(met, '{}');
    exception when others then
      -- The column changed its type since these subscribed: what can't be compared doesn't match.
      raise warning 'realtime: filter on %.% can''t be evaluated: %', entity, column_name, sqlerrm;
    end;
  end loop;
  return to_jsonb(all_met);
end
$$;

-- Decides for one change who sees it, and as what. See route_changes.
create or replace function realtime.route_change(item jsonb, audience jsonb, roles text[], claims text[])
returns table (interests int[], columns text, record text, old_record text, errors text[], problem text)
language plpgsql as $$
declare
  entity regclass := (item ->> 'relation')::oid::regclass;
  action text := item ->> 'action';
  sent jsonb := coalesce(item -> 'record', item -> 'old');
  max_bytes constant int := 1024 * 1024;
  too_large boolean;
  guarded boolean;
  key_names text[] := realtime.primary_key(entity);
  key_values text;
  missing text[];
  typed jsonb;
  typed_old jsonb;
  met jsonb;
  viewer_role text;
  viewers int[];
  viewer int;
  visible int[];
  sees boolean;
  selectable text[];
  wanted jsonb;
  shown text[];
begin
  select relrowsecurity into guarded from pg_class where oid = entity;
  if not found then
    return;
  end if;

  -- PostgreSQL itself turns the streamed text into JSON, so a value looks as it does in an answer of the REST API.
  execute format('select to_jsonb(jsonb_populate_record(null::%s, $1)), to_jsonb(jsonb_populate_record(null::%1$s, $2))',
    entity) into typed, typed_old using sent, item -> 'old';
  typed := coalesce((select jsonb_object_agg(each.key, each.value) from jsonb_each(typed) each where sent ? each.key), '{}');
  typed_old := (select jsonb_object_agg(each.key, each.value) from jsonb_each(typed_old) each where item -> 'old' ? each.key);

  -- Large values an UPDATE left alone and generated columns aren't streamed: they are read from the row.
  if action <> 'DELETE' then
    missing := array(
      select attname::text from pg_attribute
      where attrelid = entity and attnum > 0 and not attisdropped
        and (attgenerated <> '' or item -> 'unchanged' ? attname::text));
    if missing <> '{}' and key_names is not null then
      execute format('select $2 || coalesce((select jsonb_object_agg(each.key, each.value)
          from %s row_, jsonb_each(to_jsonb(row_)) each where %s and each.key = any ($3)), ''{}'')',
        entity, realtime.key_sql(entity, '$1')) into typed using sent, typed, missing;
    end if;
  end if;

  too_large := octet_length(typed::text) + coalesce(octet_length(typed_old::text), 0) > max_bytes;
  met := realtime.conditions_met(entity, audience -> 'conditions', sent || (typed - array(select jsonb_object_keys(sent))));
  key_values := (select jsonb_object_agg(name, sent -> name)::text from unnest(key_names) name);

  for viewer_role, viewers in
    select roles[(value ->> 0)::int + 1], array_agg(distinct (value ->> 0)::int)
    from jsonb_array_elements(audience -> 'interests') where value -> 1 <@ met group by 1
  loop
    selectable := array(
      select attname::text from pg_attribute
      where attrelid = entity and attnum > 0 and not attisdropped
        and has_column_privilege(viewer_role, attrelid, attnum, 'SELECT')
      order by attnum);
    visible := viewers;
    errors := null;
    problem := null;
    if action <> 'DELETE' and key_names is null then
      errors := array['Error 400: Bad Request, no primary key'];
    elsif action <> 'DELETE' and not key_names <@ selectable then
      errors := array['Error 401: Unauthorized'];
    else
      if guarded and action <> 'DELETE' then
        visible := '{}';
        foreach viewer in array viewers loop
          begin
            perform set_config('role', viewer_role, true), set_config('request.jwt.claims', claims[viewer + 1], true);
            execute format('execute %I (%L)', 'realtime_row_' || entity::oid, key_values) into sees;
          exception when others then
            -- One viewer's broken policy or claims must not keep the change from the others.
            sees := false;
            problem := sqlerrm;
          end;
          perform set_config('role', 'none', true);
          if sees then
            visible := visible || viewer;
          end if;
        end loop;
        perform set_config('request.jwt.claims', '', true);
      end if;
      if too_large then
        errors := array['Error 413: Payload Too Large'];
      end if;
    end if;

    for wanted, interests in
      select value -> 2, array_agg(ordinality::int - 1)
      from jsonb_array_elements(audience -> 'interests') with ordinality
      where value -> 1 <@ met and roles[(value ->> 0)::int + 1] = viewer_role and (value ->> 0)::int = any (visible)
      group by 1
    loop
      shown := array(select name from unnest(selectable) name
                     where wanted = 'null' or wanted ? name or name = any (key_names));
      if errors is not null and not too_large then
        columns := '[]';
        record := '{}';
        old_record := '{}';
      else
        columns := (
          select coalesce(jsonb_agg(jsonb_build_object('name', attname, 'type', typname) order by attnum), '[]')
          from pg_attribute join pg_type on pg_type.oid = atttypid
          where attrelid = entity and attname = any (shown));
        record := realtime.pick(typed, shown, too_large);
        -- Nothing is left of a deleted row that a policy could judge, so only its key is told.
        old_record := realtime.pick(typed_old,
          case when guarded and action = 'DELETE' then array(select unnest(shown) intersect select unnest(key_names)) else shown end,
          too_large);
      end if;
      return next;
      problem := null;
    end loop;
    if problem is not null then
      interests := '{}';
      return next;
    end if;
  end loop;
end
$$;

create or replace function realtime.pick(source jsonb, names text[], short_only boolean) returns jsonb
language sql immutable as $$
  select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(source)
  where key = any (names) and not (short_only and octet_length(value::text) > 64)
$$;

-- Decides for a batch of changes who sees which, in one round trip.
--   changes:   [{"relation": oid, "action", "xid", "audience": index into audiences,
--                "record": {column: text}, "old": {column: text}, "unchanged": [column]}]
--   audiences: [{"conditions": [["column", "op", "value", negated]],
--                "interests": [[viewer, [indexes of the conditions that must all hold], [column] | null]]}]
--   roles, claims: of each viewer; a viewer is everybody with the same claims
-- Returns, per change and distinct outcome, the indexes of the interests it is for. `problem` is for the log.
create or replace function realtime.route_changes(changes jsonb, audiences jsonb, roles text[], claims text[])
returns table (change int, interests int[], columns text, record text, old_record text, errors text[], problem text)
language plpgsql
set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'postgres' set jit = off
set plan_cache_mode = force_generic_plan
-- Policies call functions that may rely on it: the same path as requests of the REST API have.
set search_path = public, extensions as $$
declare
  item jsonb;
  entity regclass;
  statement text;
begin
  -- A commit is streamed once its WAL is flushed, which can be a moment before other transactions see it.
  while exists (
    select from pg_locks
    where locktype = 'transactionid' and granted
      and transactionid in (select (value ->> 'xid')::xid from jsonb_array_elements(changes))
  ) loop
    perform pg_sleep(0.0005);
  end loop;

  for statement in select name from pg_prepared_statements where name like 'realtime\_row\_%' loop
    execute format('deallocate %I', statement);
  end loop;
  for entity in
    select distinct oid::regclass from jsonb_array_elements(changes) join pg_class on oid = (value ->> 'relation')::oid
    where relrowsecurity and realtime.primary_key(oid::regclass) is not null
  loop
    -- Prepared, because planning a policy costs far more than running it.
    execute format('prepare %I (jsonb) as select exists (select from %s row_ where %s)',
      'realtime_row_' || entity::oid, entity, realtime.key_sql(entity, '$1'));
  end loop;

  for change, item in select ordinality::int - 1, value from jsonb_array_elements(changes) with ordinality loop
    begin
      return query
        select change, routed.* from realtime.route_change(item, audiences -> (item ->> 'audience')::int, roles, claims) routed;
    exception when others then
      return query select change, '{}'::int[], null, null, null, null::text[], sqlerrm;
    end;
  end loop;
end
$$;

revoke execute on function
  realtime.condition_sql, realtime.check_bindings, realtime.readable_type, realtime.primary_key, realtime.key_sql,
  realtime.conditions_met, realtime.route_change, realtime.pick, realtime.route_changes
from public;
