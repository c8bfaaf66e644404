import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;

/**
 * Runs DynamoDB Local in memory, on a free port of 127.0.0.1, until standard input ends. Prints the port.
 *
 * Its own main class (ServerRunner) listens on all interfaces, cannot choose a free port, and sends telemetry.
 */
class LoopbackServer {
  public static void main(String[] arguments) throws Exception {
    int portOfServerRunner = 0; // used only in ServerRunner's messages
    boolean inMemory = true;
    String databasePath = null;
    boolean sharedDatabase = true;
    boolean delayTransientStatuses = false;
    var requests = new LocalDynamoDBRequestHandler(
        portOfServerRunner, inMemory, databasePath, sharedDatabase, delayTransientStatuses);
    String allowedOrigins = null;
    var server = new Server(new InetSocketAddress("127.0.0.1", 0));
    server.setHandler(new ContextHandler(new LocalDynamoDBServerHandler(requests, allowedOrigins)));
    server.start();
    System.out.println(((ServerConnector) server.getConnectors()[0]).getLocalPort());
    // Standard input ends when the process that started this one stops it, and also when that process dies.
    while (System.in.read() != -1) {}
    System.exit(0);
  }
}
