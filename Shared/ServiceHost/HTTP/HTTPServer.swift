import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// Listens, and routes requests through the middlewares to the endpoints and the probes.
struct HTTPServer: Service {
    let host: String
    let port: Int
    let logger: Logger
    let endpoints: [Endpoint]
    let readiness: Readiness
    let listening: @Sendable (Int) -> Void

    /// Longer than the longest `Prefer: wait`, longer than a gateway keeps a connection.
    private static let idleTimeout = TimeAmount.seconds(90)

    func run() async throws {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        let application = Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { [logger, host, port, listening] channel in
                let bound = channel.localAddress?.port ?? port
                logger.info("listening on http://\(host):\(bound)")
                listening(bound)
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw HostError(.portTaken, "port \(port) on \(host) is taken")
        } catch let error as IOError {
            throw HostError(.portTaken, "cannot listen on \(host):\(port): \(error)")
        }
    }

    private func router() -> Router<HostContext> {
        let router = Router(context: HostContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIdentity(logger: logger))
        router.add(middleware: Observation())
        router.add(middleware: ProblemRendering())
        let all = Probes.endpoints(readiness) + endpoints
        for endpoint in all {
            router.on(RouterPath(endpoint.path), method: endpoint.method, use: endpoint.answer)
        }
        for (path, known) in Dictionary(grouping: all, by: \.path) {
            refuseOtherMethods(of: path, known: Set(known.map(\.method)), router)
        }
        return router
    }

    /// Answers 405 on a path for the methods that it does not have (RFC 9110 §15.5.6).
    private func refuseOtherMethods(
        of path: String, known: Set<HTTPRequest.Method>, _ router: Router<HostContext>
    ) {
        var allowed = known
        if known.contains(.get) { allowed.insert(.head) }
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        for method in Self.methods where !allowed.contains(method) {
            router.on(RouterPath(path), method: method) { _, _ -> Response in
                var problem = Problem(
                    status: 405, code: HostCode.methodNotAllowed, detail: "Allowed here: \(names).")
                problem.headers[.allow] = names
                throw problem
            }
        }
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect, .init("QUERY")!,
    ]
}
