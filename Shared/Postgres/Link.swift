import CPostgres
import Glibc

/// Owns one libpq connection. Used by one thread at a time, and hence not Sendable.
final class Link {
    let pointer: OpaquePointer

    /// Connects, which blocks for `connectTimeout` at most.
    ///
    /// Throws `.connectionFailed`, or `.invalidValue` for a malformed URL.
    init(_ parameters: ConnectionParameters) throws(PostgresError) {
        _ = ignoreSIGPIPE
        let keywords = try parameters.keywords()
        let names = keywords.map { strdup($0.0) }
        let values = keywords.map { strdup($0.1) }
        defer { for text in names + values { free(text) } }
        let connection = PQconnectdbParams(
            names.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let connection else {
            throw PostgresError(.connectionFailed, "out of memory")
        }
        guard PQstatus(connection) == CONNECTION_OK else {
            let message = oneLine(String(cString: PQerrorMessage(connection)))
            PQfinish(connection)
            throw PostgresError(.connectionFailed, message)
        }
        // libpq would print the server's notices on stderr.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        pointer = connection
    }

    deinit { PQfinish(pointer) }

    var isAlive: Bool { PQstatus(pointer) == CONNECTION_OK }

    /// What libpq last said.
    var message: String { oneLine(String(cString: PQerrorMessage(pointer))) }

    /// Whether the server closed an idle connection meanwhile, or announced that it will.
    ///
    /// An idle connection is silent, so that anything to read is taken for its end (a changed
    /// server setting is reported too, and a fresh connection is right then as well). Only TLS
    /// sends records of its own.
    func wasClosedWhileIdle() -> Bool {
        guard wait(for: Int16(POLLIN), milliseconds: 0) != 0 else { return false }
        guard PQsslInUse(pointer) != 0 else { return true }
        return PQconsumeInput(pointer) == 0 || !isAlive
    }

    /// Waits until the socket is ready; gives the events, none after the time has passed.
    func wait(for events: Int16, milliseconds: Int32) -> Int16 {
        var entry = pollfd(fd: PQsocket(pointer), events: events, revents: 0)
        let deadline = ContinuousClock.now + .milliseconds(Int64(milliseconds))
        var remaining = milliseconds
        while true {
            let count = poll(&entry, 1, remaining)
            if count >= 0 || errno != EINTR { return count > 0 ? entry.revents : 0 }
            let left = deadline - .now
            remaining = Int32(clamping: max(0, left.components.seconds * 1000 + 1))
        }
    }
}

/// A peer that goes away while we write to it must be an error, not the end of the process.
private let ignoreSIGPIPE: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
