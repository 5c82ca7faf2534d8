"""PostgreSQL functions that only read, as data; every other function makes a statement no read.

Source of facts: the system catalogue of PostgreSQL 13 to 18 (provolatile and the documentation of the
administration functions). Stable functions that touch nothing are here; so are the volatile ones that only
tell the time or a random number.
"""

from __future__ import annotations

from cockpit.runbook.words import words

READS = words(
    """
    abs age any_value array_agg array_append array_cat array_dims array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper avg bit_and
    bit_length bit_or bool_and bool_or btrim cardinality cbrt ceil ceiling char_length character_length chr
    clock_timestamp coalesce col_description concat concat_ws convert_from convert_to corr cos count covar_pop
    cume_dist current_catalog current_database current_date current_query current_role current_schema current_schemas
    current_setting current_time current_timestamp current_user cot date_bin date_part date_trunc decode degrees
    dense_rank div encode every exp extract factorial family first_value floor format format_type gcd
    generate_series generate_subscripts get_byte greatest has_any_column_privilege has_column_privilege
    has_database_privilege has_function_privilege has_schema_privilege has_sequence_privilege has_table_privilege
    host hostmask inet_client_addr inet_client_port inet_server_addr inet_server_port initcap isfinite json_agg
    json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
    json_each_text json_extract_path json_extract_path_text json_object json_object_agg json_object_keys json_typeof
    jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object
    jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object jsonb_object_agg
    jsonb_object_keys jsonb_path_exists jsonb_path_query jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof
    justify_days justify_hours justify_interval lag last_value lcm lead least left length ln localtime localtimestamp
    log log10 lower lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz masklen max md5 min
    mod mode netmask network now nth_value ntile nullif num_nonnulls num_nulls numnode obj_description octet_length
    overlay percent_rank percentile_cont percentile_disc pg_backend_pid pg_blocking_pids pg_collation_for
    pg_column_size pg_conf_load_time pg_current_logfile pg_current_wal_flush_lsn pg_current_wal_insert_lsn
    pg_current_wal_lsn pg_current_snapshot pg_current_xact_id_if_assigned pg_database_size pg_encoding_to_char
    pg_get_constraintdef pg_get_expr pg_get_functiondef pg_get_function_arguments pg_get_indexdef pg_get_keywords
    pg_get_partkeydef pg_get_ruledef pg_get_serial_sequence pg_get_statisticsobjdef pg_get_triggerdef pg_get_userbyid
    pg_get_viewdef pg_has_role pg_indexes_size pg_index_column_has_property pg_is_in_recovery pg_is_wal_replay_paused
    pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn
    pg_last_xact_replay_timestamp pg_listening_channels pg_lock_status pg_ls_archive_statusdir pg_ls_logdir
    pg_ls_tmpdir pg_ls_waldir pg_my_temp_schema pg_notification_queue_usage pg_options_to_table
    pg_postmaster_start_time pg_prepared_xact pg_relation_filenode pg_relation_filepath pg_relation_size
    pg_safe_snapshot_blocking_pids pg_settings_get_flags pg_show_all_settings pg_size_bytes pg_size_pretty
    pg_stat_file pg_stat_get_activity pg_stat_get_backend_pid pg_stat_get_live_tuples pg_stat_get_dead_tuples
    pg_stat_get_wal_senders pg_table_is_visible pg_table_size pg_tablespace_databases pg_tablespace_location
    pg_tablespace_size pg_total_relation_size pg_trigger_depth pg_type_is_visible pg_typeof pg_wal_lsn_diff
    pg_walfile_name pg_xact_commit_timestamp pi position power quote_ident quote_literal quote_nullable radians
    random rank regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table regexp_substr regr_slope repeat replace reverse right round row_number row_to_json rpad
    rtrim scale session_user set_masklen sha256 shobj_description sign sin split_part sqrt starts_with
    statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array string_to_table strpos substr
    substring sum tan timeofday to_ascii to_char to_date to_hex to_json to_jsonb to_number to_regclass to_regtype
    to_timestamp transaction_timestamp translate trim trim_array trunc ts_rank txid_current_if_assigned
    txid_current_snapshot to_tsquery to_tsvector plainto_tsquery websearch_to_tsquery unnest upper user var_pop
    var_samp variance version width_bucket xmlagg
    pg_stat_statements pgstattuple pgstatindex pg_buffercache_summary isnull bool like_escape timezone
    overlaps date_add date_subtract gen_random_uuid uuid_extract_timestamp
    """
)

WHY_NOT: dict[str, str] = {
    "pg_terminate_backend": "pg_terminate_backend ends sessions and rolls their transactions back",
    "pg_cancel_backend": "pg_cancel_backend stops running queries",
    "pg_reload_conf": "pg_reload_conf makes the server read its configuration again",
    "pg_rotate_logfile": "pg_rotate_logfile starts a new server log",
    "pg_switch_wal": "pg_switch_wal closes the current write-ahead log file",
    "pg_create_restore_point": "pg_create_restore_point writes to the write-ahead log",
    "pg_promote": "pg_promote turns a standby into a primary",
    "nextval": "nextval moves a sequence on",
    "setval": "setval changes a sequence",
    "pg_notify": "pg_notify sends a notification",
    "set_config": "set_config changes a setting",
    "pg_stat_reset": "pg_stat_reset throws statistics away",
    "pg_stat_statements_reset": "pg_stat_statements_reset throws statistics away",
    "pg_logical_emit_message": "pg_logical_emit_message writes to the write-ahead log",
    "pg_sleep": "pg_sleep keeps a session busy",
    "pg_read_file": "pg_read_file reads any file of the server",
    "pg_read_binary_file": "pg_read_binary_file reads any file of the server",
    "pg_drop_replication_slot": "pg_drop_replication_slot lets a replica lose data",
    "pg_replication_slot_advance": "pg_replication_slot_advance skips data",
    "query_to_xml": "query_to_xml runs SQL that is hidden in a text",
}
"""Why the best-known functions that are no reads are none."""

HIGH = frozenset({"pg_promote", "pg_drop_replication_slot", "pg_replication_slot_advance", "lo_unlink"})
"""Functions whose effect is hard to take back."""

CHANGE_PREFIXES: dict[str, str] = {
    "pg_advisory_": "advisory lock functions take or free locks",
    "pg_try_advisory_": "advisory lock functions take or free locks",
    "dblink": "dblink runs SQL on another server",
    "lo_": "lo_ functions change large objects or files",
    "pg_stat_reset": "pg_stat_reset functions throw statistics away",
    "pg_backup_": "pg_backup functions start or stop a backup",
    "pg_wal_replay_": "pg_wal_replay functions pause or resume a standby",
}
"""The same for families of functions, by the beginning of their names."""
