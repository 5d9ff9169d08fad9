import CPostgres
import FoundationEssentials
import Glibc

/// A connection that follows a database's log through a logical replication slot.
///
/// Synchronous and without a thread of its own: its user makes it, polls it and drops it on one
/// thread. The server keeps the log from the last confirmed position on for as long as the slot
/// exists, so a slot that nobody reads fills the disk.
///
/// ```swift
/// let stream = try ReplicationStream(url: url)
/// try stream.start(slot: "shop", publication: "orders")
/// while true {
///     while try stream.next({ message in handle(message) }) != nil {}
///     try stream.sendStatus(flushed: done)
///     try stream.wait(milliseconds: 50)
/// }
/// ```
public struct ReplicationStream: ~Copyable {
    private let link: Link

    /// Connects; the role needs REPLICATION.
    ///
    /// `serverTimeout`: how long the server waits for a sign of life from us before it ends the
    /// connection, which frees the slot for somebody else (`wal_sender_timeout`).
    /// Throws `.connectionFailed`, or `.invalidValue` for a malformed URL.
    public init(
        url: String, applicationName: String = "replication",
        serverTimeout: Duration = .seconds(10)
    ) throws(PostgresError) {
        link = try Link(
            ConnectionParameters(
                url: url, applicationName: applicationName,
                settings: [("wal_sender_timeout", "\(serverTimeout.milliseconds)ms")],
                replication: true))
    }

    /// The socket, for a `poll` of one's own. Call `next` until it gives `nil` before waiting.
    public var fileDescriptor: Int32 { PQsocket(link.pointer) }

    /// Begins to stream what the publication selects, from where the slot was last confirmed, or
    /// from `position` if that is later.
    ///
    /// Throws `.objectInUse` (somebody else reads the slot), `.undefinedObject` (there is no such
    /// slot; a missing publication is reported by `next`), `.objectNotReady` (the slot lost the
    /// log it needs and must be made anew).
    public func start(
        slot: String, publication: String, from position: LSN = .zero
    ) throws(PostgresError) {
        let (slot, publication) = (try identifier(slot), try identifier(publication))
        let sql = """
            START_REPLICATION SLOT "\(slot)" LOGICAL \(position) \
            (proto_version '1', publication_names '"\(publication)"', binary 'true')
            """
        try run(sql, expecting: PGRES_COPY_BOTH)
        guard PQsetnonblocking(link.pointer, 1) == 0 else { throw lost() }
    }

    /// Hands the next message to `body`, or gives `nil` where none has arrived. Never blocks.
    ///
    /// The message lies in libpq's memory, which is freed when `body` returns. Throws
    /// `.malformedMessage`, `.connectionLost` when the stream ended, the server's reason if it
    /// gave one, and what `body` throws.
    public func next<Result>(
        _ body: (ReplicationMessage) throws -> Result
    ) throws -> Result? {
        var buffer: UnsafeMutablePointer<CChar>?
        var length = PQgetCopyData(link.pointer, &buffer, 1)
        if length == 0 {
            guard PQconsumeInput(link.pointer) == 1 else { throw lost() }
            length = PQgetCopyData(link.pointer, &buffer, 1)
        }
        if length == 0 { return nil }
        guard length > 0, let buffer else { throw ended() }
        defer { PQfreemem(buffer) }
        return try body(
            try ReplicationMessage(UnsafeRawBufferPointer(start: buffer, count: Int(length))))
    }

    /// Confirms that everything before `flushed` was dealt with for good, so that the server may
    /// forget it; `received` is how far it was read. Also the answer to a keepalive.
    ///
    /// Throws `.connectionLost`.
    public func sendStatus(
        flushed: LSN, received: LSN = .zero, replyRequested: Bool = false
    ) throws(PostgresError) {
        let status = ReplicationMessage.status(
            received: received, flushed: flushed, now: PostgresTime.microseconds(Date()) ?? 0,
            replyRequested: replyRequested)
        let sent = status.withUnsafeBytes { bytes in
            PQputCopyData(
                link.pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count))
        }
        // 0: the socket is full of earlier statuses, and a later one says all that this does.
        guard sent >= 0, PQflush(link.pointer) >= 0 else { throw lost() }
    }

    /// Waits until the server has sent something, `other` can be read (for example an eventfd), or
    /// the time has passed; gives whether `other` can be read.
    ///
    /// Throws `.connectionLost`.
    @discardableResult
    public func wait(
        milliseconds: Int32, alsoWatching other: Int32 = -1
    ) throws(PostgresError) -> Bool {
        let unsent = PQflush(link.pointer)
        guard unsent >= 0 else { throw lost() }
        let events = Int16(unsent == 1 ? POLLIN | POLLOUT : POLLIN)
        var entries = [
            pollfd(fd: fileDescriptor, events: events, revents: 0),
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&entries, 2, milliseconds) > 0 else { return false }
        return entries[1].revents != 0
    }

    /// Runs a command of the replication protocol.
    @discardableResult
    func run(
        _ sql: String, expecting status: ExecStatusType
    ) throws(PostgresError) -> ResultMemory {
        guard let result = PQexec(link.pointer, sql) else { throw lost() }
        let memory = ResultMemory(result)
        guard PQresultStatus(result) == status else {
            throw PostgresError(result: result, sql: sql)
        }
        return memory
    }

    /// Names go into the command's text, where Postgres allows no parameters.
    func identifier(_ name: String) throws(PostgresError) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, (1...63).contains(name.utf8.count) else {
            throw PostgresError(
                .invalidValue,
                "'\(name)' is no name for a slot or publication: lower-case letters, digits, _")
        }
        return name
    }

    private func lost() -> PostgresError { PostgresError(.connectionLost, link.message) }

    /// Why the server ended the stream.
    private func ended() -> PostgresError {
        guard let result = PQgetResult(link.pointer) else { return lost() }
        let memory = ResultMemory(result)
        guard PQresultStatus(memory.pointer) == PGRES_FATAL_ERROR else {
            return PostgresError(.connectionLost, "the server ended the replication stream")
        }
        return PostgresError(result: memory.pointer, sql: nil)
    }
}
