import Foundation
import Kafka
import LocalStack
import Logging
import Outbox
import Postgres
import ServiceHost

/// A PostgreSQL and a broker without the services: for what is measured without them.
final class Stores: Sendable {
    let directory: String
    let supervisor: Supervisor
    let broker: Broker?
    private let cluster: PostgresCluster

    private init(
        _ directory: String, _ supervisor: Supervisor, _ cluster: PostgresCluster, _ broker: Broker?
    ) {
        self.directory = directory
        self.supervisor = supervisor
        self.cluster = cluster
        self.broker = broker
    }

    /// Starts PostgreSQL, with durability as every stack has it, and a broker that has these
    /// topics if there are any.
    static func start(in place: Place, topics: [String] = []) async throws -> Stores {
        let directory = try place.folder("stores")
        let supervisor = Supervisor(pids: PidDirectory("\(directory)/pids"))
        try FileManager.default.createDirectory(
            atPath: "\(directory)/pids", withIntermediateDirectories: true)
        let cluster = try PostgresCluster(
            directory: "\(directory)/postgres", port: try Port.free(), authentication: .trust,
            log: "\(directory)/postgres.log", diesWithParent: true)
        try await supervisor.start(try cluster.supervised(), within: .seconds(60))
        var broker: Broker?
        if !topics.isEmpty {
            let started = try await Broker(
                binary: try await place.broker(), topics: topics, log: "\(directory)/broker.log",
                diesWithParent: true)
            try await supervisor.start(started.supervised)
            broker = started
        }
        return Stores(directory, supervisor, cluster, broker)
    }

    /// Runs `body` with stores that are stopped after it, however it ends.
    static func with<Value>(
        _ place: Place, topics: [String], _ body: (Stores) async throws -> Value
    ) async throws -> Value {
        let stores = try await start(in: place, topics: topics)
        do {
            let value = try await body(stores)
            await stores.stop()
            return value
        } catch {
            await stores.stop()
            throw error
        }
    }

    func stop() async {
        await supervisor.stopAll()
        await broker?.proxy.close()
        cluster.remove()
    }

    /// libpq URL of the superuser for a database.
    func url(_ database: String) -> String { cluster.superuserURL(database: database) }

    /// Bootstrap servers.
    var kafka: String { broker?.bootstrapServers ?? "" }

    /// Takes from the broker everything that it holds, so that each contestant finds it empty.
    func emptyBroker() async throws { try await supervisor.restart("broker") }

    /// How many records a topic holds, counted one by one: the embedded broker tells an end of the
    /// partition that is a batch too early. Waits long for what should be there, and not for more.
    func records(in topic: String, expecting expected: Int) async throws -> Int {
        let consumer = try Consumer(
            KafkaConfiguration(bootstrapServers: kafka),
            group: "bench-\(UInt32.random(in: 0...UInt32.max))", topics: [topic], logger: .quiet)
        var count = 0
        var last = ContinuousClock.now
        while .now - last < (count < expected ? .seconds(10) : .seconds(1)) {
            let batch = try await consumer.nextBatch(max: 5000, within: .milliseconds(500))
            if !batch.isEmpty { last = .now }
            count += batch.count
        }
        await consumer.close()
        return count
    }

    /// Seconds of the processor that each process has taken so far.
    func processorTimes() async throws -> [String: Double] {
        var times: [String: Double] = [:]
        for name in await supervisor.names {
            guard let pid = await supervisor.pid(name) else { continue }
            times[name] = try ProcessorTime.ofFamily(pid)
        }
        return times
    }

    /// Makes a database with an outbox, an inbox and what a host keeps beside them.
    func createDatabase(_ name: String) async throws -> String {
        let roles = PostgresRoles(superuserURL: url("postgres"))
        try await roles.createGroups()
        try await roles.createDatabase(name, owner: "postgres")
        _ = try await Migrator(url: url(name), logger: .quiet)
            .migrate([OutboxSchema.migrations, HostSchema.migrations])
        return url(name)
    }

    /// Starts one of our programs until it is stopped; returns its HTTP port once it is ready.
    @discardableResult
    func startProgram(
        _ name: String, _ executable: String, _ arguments: [String] = [],
        environment: [String: String]
    ) async throws -> Int {
        let port = try Port.free()
        var command = ProcessCommand(
            executable, arguments, log: "\(directory)/\(name).log", parentDeathSignal: .kill)
        command.environment.merge([
            "HTTP_PORT": "\(port)", "KAFKA_BOOTSTRAP": kafka, "LOG_LEVEL": "warning",
        ]) { $1 }
        command.environment.merge(environment) { $1 }
        let client = APIClient(baseURL: "http://127.0.0.1:\(port)")
        try await supervisor.start(
            SupervisedProcess(name, command, isReady: { await client.isReady() }))
        return port
    }
}

extension Logger {
    /// For what nobody needs to read.
    static var quiet: Logger { Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() } }
}
