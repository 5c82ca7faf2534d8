"""What the wait events of PostgreSQL mean, in one plain sentence each.

The names are those of the tables "Wait Event Types" and following in PostgreSQL's documentation; the sentences
are our own. Names that changed between versions stand here with each spelling.
"""

from __future__ import annotations

_TYPES = {
    "Activity": "A background process waits for something to do.",
    "BufferPin": "It waits until another process lets go of a page of a table or index.",
    "Client": "It waits for the program at the other end of the connection.",
    "Extension": "It waits inside an extension.",
    "InjectionPoint": "It waits at a point that a developer has set for a test.",
    "IO": "It waits for a file: the storage is what is slow.",
    "IPC": "It waits for another process of the server.",
    "Lock": "It waits for a lock that another session holds.",
    "LWLock": "It waits for a short internal lock on shared memory: many sessions want the same thing at once.",
    "Timeout": "It sleeps until a time has passed.",
}

_EVENTS = {
    "Client:ClientRead": "It waits for the next statement of the program; in a transaction, the program is the one "
    "that dawdles.",
    "Client:ClientWrite": "It waits until the program takes the rows that it asked for.",
    "Client:GSSOpenServer": "It waits for the program while an encrypted connection is being made.",
    "Client:SSLOpenServer": "It waits for the program while a TLS connection is being made.",
    "Client:WalSenderWaitForWAL": "It waits for new changes to send to a replica.",
    "Client:LibPQWalReceiverReceive": "It waits for the primary to send changes.",
    "Lock:transactionid": "It wants to change a row that another transaction has changed, and waits for that one to "
    "commit or roll back.",
    "Lock:tuple": "It stands in the queue for a row that several transactions want to change.",
    "Lock:relation": "It waits for a lock on a whole table, mostly behind ALTER TABLE, TRUNCATE, VACUUM FULL or LOCK.",
    "Lock:advisory": "It waits for an advisory lock that the application itself took.",
    "Lock:virtualxid": "It waits for another transaction to end, as CREATE INDEX CONCURRENTLY does.",
    "Lock:extend": "It waits to make a table or index longer: many sessions insert into the same one.",
    "Lock:object": "It waits for a lock on something that is no table, such as a type, a role or a database.",
    "Lock:page": "It waits for a lock on a page of an index.",
    "Lock:spectoken": "It waits to learn whether another INSERT ... ON CONFLICT succeeds.",
    "Lock:frozenid": "It waits to update how far the database is frozen.",
    "LWLock:WALWrite": "It waits while another session writes the write-ahead log to disk.",
    "LWLock:WALInsert": "It waits for a place in the write-ahead log's buffer: many sessions write at once.",
    "LWLock:BufferContent": "It waits for a page in memory that another session is using.",
    "LWLock:BufferMapping": "It waits to find or bring in a page: shared buffers are under pressure.",
    "LWLock:LockManager": "It waits for the table of locks: many sessions take many locks, often on many partitions.",
    "LWLock:ProcArray": "It waits for the list of transactions: many connections take snapshots at once.",
    "LWLock:SubtransSLRU": "It waits for the cache of subtransactions: savepoints are used heavily.",
    "LWLock:SubtransBuffer": "It waits for a page of subtransactions: savepoints are used heavily.",
    "LWLock:MultiXactOffsetSLRU": "It waits for the cache of row locks that several transactions share.",
    "LWLock:MultiXactMemberSLRU": "It waits for the cache of row locks that several transactions share.",
    "LWLock:XactSLRU": "It waits for the cache of which transactions have committed.",
    "LWLock:ParallelHashJoin": "It waits for other workers of its parallel hash join.",
    "IO:DataFileRead": "It reads a table or index from disk because the page is not in memory.",
    "IO:DataFileWrite": "It writes a page of a table or index to disk.",
    "IO:DataFileExtend": "It makes the file of a table or index longer.",
    "IO:DataFileSync": "It waits for the disk to make a table's changes durable.",
    "IO:DataFilePrefetch": "It asks the system to read pages ahead.",
    "IO:WALWrite": "It writes the write-ahead log to disk.",
    "IO:WALSync": "It waits for the disk to make the write-ahead log durable; every commit does that.",
    "IO:WALRead": "It reads the write-ahead log, for a replica or for recovery.",
    "IO:BufFileRead": "It reads a temporary file: a sort or hash did not fit into work_mem.",
    "IO:BufFileWrite": "It writes a temporary file: a sort or hash does not fit into work_mem.",
    "IO:BuffileRead": "It reads a temporary file: a sort or hash did not fit into work_mem.",
    "IO:BuffileWrite": "It writes a temporary file: a sort or hash does not fit into work_mem.",
    "IO:WalSync": "It waits for the disk to make the write-ahead log durable; every commit does that.",
    "IO:WalWrite": "It writes the write-ahead log to disk.",
    "IPC:SyncRep": "Its commit waits until a synchronous replica has confirmed it.",
    "IPC:ParallelFinish": "The leader waits for its parallel workers to finish.",
    "IPC:ExecuteGather": "The leader waits for rows from its parallel workers.",
    "IPC:MessageQueueSend": "A parallel worker waits until its leader takes the rows.",
    "IPC:MessageQueueReceive": "It waits for rows from another process of the same query.",
    "IPC:BgWorkerShutdown": "It waits for a background worker to end.",
    "IPC:BgworkerShutdown": "It waits for a background worker to end.",
    "IPC:HashBuildHashInner": "It waits for the other workers to build their part of a hash table.",
    "IPC:ProcarrayGroupUpdate": "It waits for its group to be marked as ended: many transactions end at once.",
    "IPC:BufferIo": "It waits for another process that is reading or writing the same page.",
    "IPC:BufferIO": "It waits for another process that is reading or writing the same page.",
    "IPC:CheckpointDone": "It waits for a checkpoint to end.",
    "Timeout:PgSleep": "It sleeps because a statement called pg_sleep.",
    "Timeout:VacuumDelay": "Vacuum rests so that it does not take all of the disk; vacuum_cost_delay says how long.",
    "Timeout:SpinDelay": "It waits for a very short internal lock that is much wanted.",
    "Activity:LogicalLauncherMain": "The launcher of logical replication has nothing to do.",
    "Activity:AutovacuumMain": "The launcher of autovacuum has nothing to do.",
    "BufferPin:BufferPin": "It waits until no other session looks at a page, as VACUUM does before it cleans one.",
}


def wait_meaning(kind: str, event: str) -> str:
    """One plain sentence for a wait event; that of its type when the event is not in the table; "" for no wait."""
    if not kind:
        return ""
    return _EVENTS.get(f"{kind}:{event}") or _TYPES.get(kind, "")
