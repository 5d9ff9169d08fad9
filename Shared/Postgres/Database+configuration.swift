extension Database {
    /// Where the database is, and what a transaction may cost.
    public struct Configuration: Sendable {
        /// A libpq URL, `postgres://user:password@host:port/database?…`.
        public var url: String
        /// Connections, each with a thread of its own.
        public var connections: Int
        /// Transactions that may wait; one more is refused with `.overloaded`.
        public var queueLimit: Int
        /// How long one statement may run (`statement_timeout`).
        public var statementTimeout: Duration
        /// How long a statement may wait for a lock (`lock_timeout`).
        public var lockTimeout: Duration
        /// How long a transaction's body may do something else between two statements
        /// (`idle_in_transaction_session_timeout`).
        public var idleInTransactionTimeout: Duration
        /// How long one attempt to connect may take; libpq takes whole seconds, at least 2.
        public var connectTimeout: Duration
        /// How long the server may be silent while an answer is due, after which the connection
        /// counts as lost. Must exceed `statementTimeout`.
        public var replyTimeout: Duration
        /// What `pg_stat_activity` calls the connections.
        public var applicationName: String
        /// Whether a table may be read from end to end though there is an index
        /// (`enable_seqscan`). A prepared statement keeps the plan of its first executions, and
        /// while a table is empty that is to read all of it: a service that begins with its
        /// database would do so until the table is analyzed.
        public var readsWholeTables: Bool

        public init(
            url: String,
            connections: Int = 8,
            queueLimit: Int = 1024,
            statementTimeout: Duration = .seconds(10),
            lockTimeout: Duration = .seconds(5),
            idleInTransactionTimeout: Duration = .seconds(10),
            connectTimeout: Duration = .seconds(5),
            replyTimeout: Duration = .seconds(30),
            applicationName: String = "swift",
            readsWholeTables: Bool = true
        ) {
            self.url = url
            self.connections = connections
            self.queueLimit = queueLimit
            self.statementTimeout = statementTimeout
            self.lockTimeout = lockTimeout
            self.idleInTransactionTimeout = idleInTransactionTimeout
            self.connectTimeout = connectTimeout
            self.replyTimeout = replyTimeout
            self.applicationName = applicationName
            self.readsWholeTables = readsWholeTables
        }

        var connectionParameters: ConnectionParameters {
            ConnectionParameters(
                url: url, applicationName: applicationName, connectTimeout: connectTimeout,
                settings: [
                    ("statement_timeout", "\(statementTimeout.milliseconds)ms"),
                    ("lock_timeout", "\(lockTimeout.milliseconds)ms"),
                    (
                        "idle_in_transaction_session_timeout",
                        "\(idleInTransactionTimeout.milliseconds)ms"
                    ),
                    ("enable_seqscan", readsWholeTables ? "on" : "off"),
                ])
        }
    }
}
