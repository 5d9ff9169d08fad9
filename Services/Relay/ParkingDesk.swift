import Contracts
import FoundationEssentials
import Postgres

/// What an operator does to the parked rows of a source, beside the relay.
struct ParkingDesk {
    let source: String
    let url: String

    private func connect() throws(PostgresError) -> Connection {
        try Connection(url: url, applicationName: "farthing-relay-parked")
    }

    /// A line for each row that is itself at fault. Throws `PostgresError`.
    func list() throws(PostgresError) -> [String] {
        var lines: [String] = []
        for row in try connect().query(ParkingQueries.list, Source.slot(of: source)) {
            let key: String? = try row.read(2)
            let at: Date = try row.read(5)
            let state = try row.read(6, as: Bool.self) ? "released" : "parked"
            lines.append(
                "\(source) \(try row.read(0, as: String.self)) \(state) since "
                    + "\(RFC3339.format(at)) \(try row.read(3, as: String.self)): topic "
                    + "\(try row.read(1, as: String.self)), key \(key ?? "none"), "
                    + "\(try row.read(7, as: Int.self)) behind: "
                    + (try row.read(4, as: String.self)))
        }
        return lines
    }

    /// Releases rows that are at fault; gives their number. Throws `PostgresError`.
    func release(topic: String? = nil, key: String? = nil) throws(PostgresError) -> Int {
        try connect().query(ParkingQueries.release, Source.slot(of: source), topic, key).affected
    }

    /// Removes a row for ever, and gives it as a line. Throws `PostgresError`.
    func discard(_ id: String) throws(PostgresError) -> [String] {
        var lines: [String] = []
        for row in try connect().query(ParkingQueries.discard, Source.slot(of: source), id) {
            let (key, type): (String?, String?) = (try row.read(1), try row.read(2))
            let payload: [UInt8]? = try row.read(3)
            lines.append(
                "\(source) \(id) discarded: topic \(try row.read(0, as: String.self)), key "
                    + "\(key ?? "none"), type \(type ?? "none"), payload "
                    + String(decoding: payload ?? [], as: UTF8.self))
        }
        return lines
    }
}
