import Dispatch
import FoundationEssentials
import Glibc
import Postgres
import Synchronization

/// The true order in which a service's outbox rows were committed, read from a replication slot
/// of its own, apart from the relay's.
final class CommitLog: Sendable {
    /// A row of the outbox.
    struct Event: Equatable, Sendable {
        let id: UUID
        let topic: String
        var key: String
    }

    /// The service whose database it is.
    let source: String
    private let url: String
    private let slot: String
    private let isStopped = Atomic(false)

    private struct State {
        var events: [Event] = []
        /// Everything up to here is in `events`.
        var end = LSN.zero
    }
    private let state = Mutex(State())

    /// Makes the slot: what is committed from now on will be read. Throws `PostgresError`.
    init(source: String, url: String, slot: String) throws {
        self.source = source
        self.url = url
        self.slot = slot
        let stream = try ReplicationStream(url: url, applicationName: "farthing-chaos")
        _ = try stream.createSlot(slot, exportSnapshot: false)
    }

    var events: [Event] { state.withLock { $0.events } }
    var count: Int { state.withLock { $0.events.count } }

    /// Reads until the task is cancelled, and then drops the slot. A server that is away is waited
    /// for.
    func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "commits.\(source)").async {
                    self.follow()
                    continuation.resume()
                }
            }
        } onCancel: {
            isStopped.store(true, ordering: .releasing)
        }
    }

    private func follow() {
        while !isStopped.load(ordering: .acquiring) {
            do { try session() } catch { usleep(200_000) }
        }
        // The slot goes with its database, if not now.
        try? ReplicationStream(url: url, applicationName: "farthing-chaos").dropSlot(slot)
    }

    /// From one connection to its end. The server begins again where it was last told to; what was
    /// read before is passed over.
    private func session() throws {
        let stream = try ReplicationStream(url: url, applicationName: "farthing-chaos")
        try stream.start(slot: slot, publication: "farthing_outbox")
        var transaction = OpenTransaction()
        while !isStopped.load(ordering: .acquiring) {
            while try stream.next({ message in try take(message, &transaction) }) != nil {}
            try stream.sendStatus(flushed: state.withLock { $0.end })
            try stream.wait(milliseconds: 100)
        }
    }

    private func take(
        _ message: ReplicationMessage, _ transaction: inout OpenTransaction
    ) throws {
        guard case .change(_, let change) = message else { return }
        switch change {
        case .begin: transaction.events = []
        case .relation(let relation): transaction.relation = relation
        case .insert(let insert): try transaction.add(insert)
        case .commit(let commit):
            state.withLock { state in
                guard commit.endLSN > state.end else { return }
                state.events += transaction.events
                state.end = commit.endLSN
            }
        case .ignored: break
        }
    }
}

/// The rows of the transaction that is being read.
private struct OpenTransaction {
    var relation: PgOutput.Relation?
    var events: [CommitLog.Event] = []

    /// Throws `PostgresError` if a row is none of an outbox.
    mutating func add(_ insert: PgOutput.Insert) throws {
        events.append(
            CommitLog.Event(
                id: try value("id", of: insert), topic: try value("topic", of: insert),
                key: try value("aggregateid", of: insert)))
    }

    private func value<Value: Readable>(
        _ column: String, of insert: PgOutput.Insert
    ) throws -> Value {
        guard let relation, let index = relation.index(of: column), index < insert.values.count
        else { throw PostgresError(.malformedMessage, "the outbox has no column \(column)") }
        return try insert.values[index].read(relation.columns[index])
    }
}
