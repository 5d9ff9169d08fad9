import Logging
import Postgres

extension Source {
    /// Gives the order in which the table would be read.
    ///
    /// Throws `PostgresError`, and `RelayError`, which says what to do: `.configuration` where nothing
    /// but other options help, `.notPrepared`, `.malformedOutbox`.
    @discardableResult
    func check() throws -> TableOrder {
        let connection = try connect()
        try checkSlot(connection)
        try checkOwnTables(connection)
        let publication = try Publication(of: table, connection)
        if let flaw = publication.map({ $0.flaw(for: table) }) ?? Publication.absence(of: table) {
            throw RelayError(.notPrepared, flaw)
        }
        let order = try table.readOrder(connection)
        if order == .none, start == .beginning {
            throw RelayError(
                .configuration,
                "\(table.quoted) cannot be read in order by \(table.columns[.id] ?? "its id"): name a "
                    + "--column-position or a --column-time, or begin with what comes, --from-now")
        }
        return order
    }

    /// The identity of the publication that the log is to be read with, empty if there is none. A slot
    /// that was read with another is dropped: the log may have passed over rows, which are published
    /// from the table.
    ///
    /// Throws `PostgresError`, and `RelayError` `.configuration`, `.notPrepared`.
    func followedPublication() throws -> String {
        let connection = try connect()
        try checkSlot(connection)
        try checkOwnTables(connection)
        let identity = try Publication(of: table, connection)?.identity ?? ""
        // Where none is kept, an earlier relay was here, which saw to it while it ran.
        let kept = try connection.query(PublicationQueries.kept, slot).first
        if try kept?.read(0, as: String?.self) == nil {
            try connection.query(PublicationQueries.adopt, slot, identity)
        }
        if !(try connection.query(PublicationQueries.dropSlot, slot, identity).isEmpty) {
            let message =
                "the publication \(table.publication) was changed: what the log may have passed "
                + "over is published from the table"
            metrics.failed(message)
            logger.error("\(message)")
        }
        return identity
    }

    /// The slot is of no use, whatever is kept of it: the next session drops it.
    /// Throws `PostgresError`.
    func distrustSlot() throws(PostgresError) {
        try connect().query(PublicationQueries.distrust, slot)
    }

    private func connect() throws(PostgresError) -> Connection {
        try Connection(url: url, applicationName: "farthing-relay-check")
    }

    private func checkSlot(_ connection: borrowing Connection) throws {
        guard let other = try connection.query(RelayQueries.foreignSlot, slot).first else { return }
        throw RelayError(
            .configuration,
            "the slot \(slot) belongs to the database '\(try other.read(0, as: String.self))': "
                + "names of slots are the cluster's, so give this source another --name")
    }

    private func checkOwnTables(_ connection: borrowing Connection) throws {
        if try connection.query(PublicationQueries.hasOwnTables)[0].read(0, as: Bool.self) {
            return
        }
        throw RelayError(
            .notPrepared,
            "a table of the relay's is missing, or an earlier relay's: migrate, or run 'relay setup' "
                + "for an outbox of your own")
    }
}
