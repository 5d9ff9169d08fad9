public import Contracts
import FoundationEssentials
import Logging
public import Postgres

extension SagaRunner {
    /// Moves sagas on whose time is up, at most `limit` of them and the most overdue first, and
    /// tells which ended. Sagas that another transaction is moving are skipped.
    ///
    /// One that cannot be read, or whose next command cannot be written, holds up nobody else: it
    /// is put off by five minutes, logged and counted (`saga_put_off_total`).
    ///
    /// Call it again and again; several processes may. Throws `PostgresError`, and what `ended`
    /// throws. What the database refuses of one saga undoes the whole transaction: the other
    /// `expire` deals with that.
    public func expire(limit: Int, in tx: borrowing Transaction) throws -> [SagaID] {
        try tx.execute(SagaQueries.lookLater, saga.name, limit)
        return try expire(try tx.query(SagaQueries.lockExpired, saga.name, limit), in: tx)
    }

    /// The same in a transaction of its own. If the database refuses what is written about one of
    /// the sagas, each of them has its own, and the refused one is put off.
    ///
    /// - Parameter beforeCommit: runs at the end of each transaction.
    public func expire(
        limit: Int, in database: Database,
        beforeCommit: @escaping @Sendable () throws -> Void = {}
    ) async throws {
        do {
            try await database.transaction { tx in
                _ = try expire(limit: limit, in: tx)
                try beforeCommit()
            }
        } catch let error as PostgresError where error.isAboutRows {
            let overdue = try await database.read { tx in
                try tx.query(SagaQueries.expired, saga.name, limit).map { row in
                    SagaID(try row.read(0, as: UUID.self))
                }
            }
            for id in overdue { try await expire(id, in: database, beforeCommit) }
        }
    }

    private func expire(
        _ id: SagaID, in database: Database, _ beforeCommit: @escaping @Sendable () throws -> Void
    ) async throws {
        do {
            try await database.transaction { tx in
                _ = try expire(
                    try tx.query(SagaQueries.lockExpiredOne, saga.name, id.uuid), in: tx)
                try beforeCommit()
            }
        } catch let error as PostgresError where error.isAboutRows {
            try await database.transaction { tx in
                try putOff([id], in: tx)
            }
            report(error, of: id)
        }
    }

    private func expire(_ rows: Rows, in tx: borrowing Transaction) throws -> [SagaID] {
        var moved: [LiveSaga<State>] = []
        var stuck: [SagaID] = []
        for row in rows {
            let id = SagaID(try row.read(0, as: UUID.self))
            do {
                var live = try LiveSaga<State>(row, of: plan)
                try expire(&live)
                guard live.hasMoved else {
                    throw SagaError(.malformedRow, "no step of \(id) is overdue, but it is")
                }
                moved.append(live)
            } catch {
                report(error, of: id)
                stuck.append(id)
            }
        }
        if !stuck.isEmpty { try putOff(stuck, in: tx) }
        return try write(moved, in: tx)
    }

    private func putOff(_ sagas: [SagaID], in tx: borrowing Transaction) throws {
        try tx.execute(SagaQueries.putOff, sagas.map(\.uuid))
    }

    private func report(_ error: any Error, of id: SagaID) {
        metrics.putOff()
        logger.error(
            "a saga whose time is up cannot be moved, it is put off",
            metadata: ["saga": "\(id)", "error": "\(error)"])
    }
}

extension PostgresError {
    /// Whether it tells of what is in rows, by the class of its SQLSTATE: data, a constraint, a
    /// trigger of ours. Other errors tell of the server or of the program, and are no saga's fault.
    fileprivate var isAboutRows: Bool {
        ["22", "23", "P0"].contains(sqlState.map { String($0.prefix(2)) })
    }
}
