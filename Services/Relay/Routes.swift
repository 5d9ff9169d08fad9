import Glibc
import Kafka
import Metrics

/// The way to one topic.
struct Route {
    let name: [UInt8]
    var topic: DirectProducer.Topic
    /// How large a batch of one record may be, if that is to be heeded.
    var limit: Int?
    let events: Counter
    /// Published and not counted yet.
    var uncounted = 0
    var chain = KeyChain()

    var topicName: String { String(decoding: name, as: UTF8.self) }

    fileprivate func isNamed(_ topic: UnsafeRawBufferPointer) -> Bool {
        guard name.count == topic.count, let start = topic.baseAddress else { return false }
        return memcmp(name, start, name.count) == 0
    }
}

/// The ways to all topics that rows were published to: a few, of which the next row's is mostly the
/// last one's.
struct Routes {
    private var routes: [Route] = []
    /// The route that was found last.
    private var latest = 0

    var indices: Range<Int> { routes.indices }

    subscript(index: Int) -> Route {
        _read { yield routes[index] }
        _modify { yield &routes[index] }
    }

    /// The index of the topic's route, if there is one.
    mutating func find(_ topic: UnsafeRawBufferPointer) -> Int? {
        if latest < routes.count, routes[latest].isNamed(topic) { return latest }
        guard let index = routes.firstIndex(where: { $0.isNamed(topic) }) else { return nil }
        latest = index
        return index
    }

    /// Gives its index.
    mutating func add(_ route: Route) -> Int {
        routes.append(route)
        return routes.count - 1
    }

    /// Counts what was published since it was last called.
    mutating func count() {
        for index in routes.indices where routes[index].uncounted > 0 {
            routes[index].events.increment(by: routes[index].uncounted)
            routes[index].uncounted = 0
        }
    }
}
