import Contracts
import FoundationEssentials
import Kafka
import LocalStack
import Logging
import Postgres
import Saga
import TestSupport
import Testing

@testable import TravelExample

/// The travel agency as it would run: a database for each service, a broker, a relay of its own
/// process, and a consumer for each topic.
struct TravelRig: Sendable {
    enum Service: String, CaseIterable, Sendable {
        case trips, flights, hotels, cards

        var migrations: [MigrationSet] {
            switch self {
            case .trips: TripDesk.migrations
            case .flights: FlightDesk.migrations
            case .hotels: HotelDesk.migrations
            case .cards: CardDesk.migrations
            }
        }
    }

    let broker: TestBroker
    let tests: [Service: TestDatabase]
    let databases: [Service: Database]
    let desk: TripDesk

    /// One seat on LX-1, one room in the Ritz, and a card good for 1,000.
    static func make(timeout: Duration = .seconds(10)) async throws -> TravelRig {
        let broker = try await TestBroker.start()
        var tests: [Service: TestDatabase] = [:]
        var databases: [Service: Database] = [:]
        for service in Service.allCases {
            let test = try await TestDatabase.make(service.migrations)
            tests[service] = test
            databases[service] = try Database(
                .init(url: test.url, connections: 2), logger: .quiet)
        }
        let rig = TravelRig(
            broker: broker, tests: tests, databases: databases,
            desk: TripDesk(
                tripSaga(
                    timeout: timeout,
                    retry: RetryPolicy(attempts: 4, initial: .milliseconds(100)))))
        try await TopicAdmin(rig.kafka, logger: .quiet).createTopics(
            [Topic.flightCommands, .hotelCommands, .cardCommands, .tripReplies].map(\.rawValue),
            partitions: 2)
        try rig.fill()
        return rig
    }

    var kafka: KafkaConfiguration {
        broker.kafka
    }

    private func fill() throws {
        try owner(.flights).execute("INSERT INTO seat (flight, number) VALUES ('LX-1', 12)")
        try owner(.hotels).execute("INSERT INTO room (hotel, number) VALUES ('Ritz', 7)")
        try owner(.cards).execute("INSERT INTO card (number, credit) VALUES ('4242', 1000)")
    }

    func owner(_ service: Service) throws -> Connection {
        try Connection(url: tests[service]?.ownerURL ?? "")
    }

    func database(_ service: Service) throws -> Database { try #require(databases[service]) }

    /// Runs relay, sweep and consumers while `body` runs; without the consumers of `silent`.
    func running(
        without silent: Set<Service> = [],
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let relay = try await relay()
        let result = await Result { () async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in Service.allCases where !silent.contains(service) {
                    group.addTask { try await serve(service) }
                }
                group.addTask { try await sweep() }
                try await body()
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        _ = await relay.stop()
        try result.get()
    }

    private func serve(_ service: Service) async throws {
        let database = try database(service)
        let (desk, flights, hotels, cards) = (desk, FlightDesk(), HotelDesk(), CardDesk())
        let (topic, handle): (Topic, @Sendable ([Envelope], borrowing Transaction) throws -> Void) =
            switch service {
            case .trips: (.tripReplies, { try desk.receive($0, in: $1) })
            case .flights: (.flightCommands, { try flights.handle($0, in: $1) })
            case .hotels: (.hotelCommands, { try hotels.handle($0, in: $1) })
            case .cards: (.cardCommands, { try cards.handle($0, in: $1) })
            }
        do {
            try await consume(
                topic, as: service.rawValue, from: kafka, into: database, logger: .quiet,
                handle: handle)
        } catch is CancellationError {}
    }

    /// What a service does again and again about those that keep silent.
    private func sweep() async throws {
        let database = try database(.trips)
        do {
            try await eventually(within: .seconds(300), "the end of the test") { [desk] in
                _ = try await database.transaction { try desk.runner.expire(limit: 100, in: $0) }
                return Task.isCancelled
            }
        } catch is CancellationError {}
    }

    private func relay() async throws -> ProcessHandle {
        var command = ProcessCommand(
            "\(TestRun.binaries)/relay", log: "\(try TestRun.directory())/travel-relay.log")
        command.environment = [
            "RELAY_SOURCES": tests.map { "\($0.value.name)=\($0.value.relayURL)" }
                .joined(separator: ","),
            "KAFKA_BOOTSTRAP": broker.bootstrapServers, "HTTP_PORT": "\(try Port.free())",
        ]
        command.parentDeathSignal = .kill
        return try await ProcessHandle.spawn("relay", command)
    }
}

extension TravelRig {
    func book(price: Int64 = 800, flight: String = "LX-1") async throws -> TripID {
        let trip = Trip(
            id: TripID(), flight: flight, hotel: "Ritz", card: "4242", price: price)
        try await database(.trips).transaction { [desk] tx in try desk.book(trip, in: tx) }
        return trip.id
    }

    /// Waits until a trip has ended.
    func end(of trip: TripID, is status: String) async throws {
        try await eventually("\(trip) is \(status)") {
            try text(.trips, "SELECT status FROM trip WHERE id = '\(trip.uuid)'") == status
        }
    }

    func text(_ service: Service, _ sql: String) throws -> String? {
        try owner(service).query(sql).first?.read(0, as: String?.self)
    }

    /// What is taken: seats, rooms, and money.
    func taken() throws -> [String] {
        [
            try text(.flights, "SELECT count(trip)::text FROM seat") ?? "",
            try text(.hotels, "SELECT count(trip)::text FROM room") ?? "",
            try text(.cards, "SELECT spent::text FROM card") ?? "",
        ]
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
